import { deepestNesting, isNestedDeeper, taskBodyNesting, withExactNumbers } from "@oomol/connect-core/wire";

/** A body is longer than allowed. */
export class TooLargeError extends Error {}

/** A body is nested deeper than a task's inputs may be. */
export class TooDeepError extends Error {}

/**
 * Reads JSON of at most `limitBytes`, whatever its announced length. Numbers that a double cannot hold come as text.
 *
 * @throws {TooLargeError}, {TooDeepError}, {SyntaxError} or {TypeError} if it is not JSON in UTF-8.
 */
export async function readJson(
  body: ReadableStream<Uint8Array> | null,
  limitBytes: number,
): Promise<unknown> {
  return JSON.parse(withExactNumbers(await readJsonText(body, limitBytes)));
}

/** The same, before it is parsed. */
export async function readJsonText(
  body: ReadableStream<Uint8Array> | null,
  limitBytes: number,
): Promise<string> {
  const text = await readText(body, limitBytes);
  if (isNestedDeeper(text, deepestNesting + taskBodyNesting)) throw new TooDeepError("nested too deep");
  return text;
}

async function readText(body: ReadableStream<Uint8Array> | null, limitBytes: number): Promise<string> {
  if (!body) return "";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = body.getReader();
  let text = "";
  let sizeBytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      sizeBytes += value.byteLength;
      if (sizeBytes > limitBytes) throw new TooLargeError(`more than ${limitBytes} bytes`);
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
