import { FormError } from "./form-error.ts";

/**
 * Reads the headers of a form's part: `Content-Disposition` with a quoted `name` and at most a quoted `filename`, at most
 * one `Content-Type`. Everything on which parsers are known to differ is refused: repeated or folded headers and
 * parameters, `filename*`, backslashes, encodings, bytes that are not UTF-8.
 */
export function parsePartHead(head: Uint8Array): {
  name: string;
  fileName: string | undefined;
  type: string;
} {
  const headers = new Map<string, string>();
  for (const line of decode(head).split("\r\n")) {
    const [, name, value = ""] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([^\p{Cc}]*?)[ \t]*$/u.exec(line) ?? [];
    if (name === undefined) throw new FormError("a part has an invalid header line");
    const key = name.toLowerCase();
    if (headers.has(key)) throw new FormError(`a part has two headers ${key}`);
    headers.set(key, value);
  }
  if (headers.has("content-transfer-encoding")) throw new FormError("a part has an encoding (RFC 7578, 4.7)");
  return {
    ...parseDisposition(headers.get("content-disposition") ?? ""),
    type: headers.get("content-type") ?? "",
  };
}

function parseDisposition(value: string): { name: string; fileName: string | undefined } {
  const groups = /^form-data((?:[ \t]*;[ \t]*[\w*-]+="[^"\\]*")+)$/i.exec(value)?.[1];
  if (groups === undefined)
    throw new FormError("a part's Content-Disposition does not follow RFC 7578, or has a backslash");
  const parameters = new Map<string, string>();
  for (const [, name = "", text = ""] of groups.matchAll(/([\w*-]+)="([^"]*)"/g)) {
    const key = name.toLowerCase();
    if (parameters.has(key)) throw new FormError(`a part has two parameters ${key}`);
    if (key !== "name" && key !== "filename") throw new FormError(`a part has the parameter ${key}`);
    parameters.set(key, text);
  }
  const name = parameters.get("name");
  if (name === undefined) throw new FormError("a part has no name");
  const fileName = parameters.get("filename");
  if (fileName !== undefined && new TextEncoder().encode(fileName).byteLength > longestFileNameBytes)
    throw new FormError(`a file's name has more than ${longestFileNameBytes} bytes`);
  return { name, fileName };
}

/** As Connect servers accept it. */
const longestFileNameBytes = 1_024;

function decode(head: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(head);
  } catch {
    throw new FormError("a part's headers are not UTF-8");
  }
}
