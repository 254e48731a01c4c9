import mime from "mime";
import parseRange from "range-parser";
import type { OpenedFile } from "../files/file-store.ts";

/** Answers a file, or the one range of it that is asked for; closes it. */
export async function answerFile(request: Request, path: string, file: OpenedFile): Promise<Response> {
  const headers = fileHeaders(path, file);
  const finish = async (status: number) => {
    await file.close();
    return new Response(null, { status, headers });
  };
  if (matches(request.headers.get("If-None-Match"), file.etag)) return finish(304);

  const range = requestedRange(request.headers, file);
  if (range === "unsatisfiable") {
    headers.set("Content-Range", `bytes */${file.sizeBytes}`);
    return finish(416);
  }
  const { start, end } = range ?? { start: 0, end: file.sizeBytes - 1 };
  const status = range ? 206 : 200;
  if (range) headers.set("Content-Range", `bytes ${start}-${end}/${file.sizeBytes}`);
  headers.set("Content-Length", String(end - start + 1));
  if (request.method === "HEAD" || file.sizeBytes === 0) return finish(status);
  return new Response(await file.read(start, end), { status, headers });
}

function fileHeaders(path: string, { etag, modifiedAt }: OpenedFile): Headers {
  const known = mime.getType(path) ?? "application/octet-stream";
  // As a script it would be one of this server's own, to any page of it that a block can make name it.
  const type = /javascript|ecmascript|^application\/node$/.test(known) ? "text/plain" : known;
  const headers = new Headers({
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-cache",
    "Content-Type": type.startsWith("text/") ? `${type}; charset=utf-8` : type,
    ETag: etag,
    "Last-Modified": modifiedAt.toUTCString(),
    "X-Content-Type-Options": "nosniff",
  });
  // What runs scripts runs them as nobody: it can neither read nor call this server.
  if (/html|xml/.test(type)) headers.set("Content-Security-Policy", "sandbox allow-scripts");
  else if (type !== known) headers.set("Content-Security-Policy", "sandbox");
  return headers;
}

function matches(header: string | null, etag: string): boolean {
  const tags = header?.split(",").map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  return tags.includes(etag) || tags.includes("*");
}

/** `undefined` asks for the whole: no range, several, one that cannot be read, or one of another version. */
function requestedRange(
  headers: Headers,
  { sizeBytes, etag }: OpenedFile,
): { start: number; end: number } | "unsatisfiable" | undefined {
  const header = headers.get("Range");
  const condition = headers.get("If-Range");
  if (header === null || (condition !== null && condition !== etag)) return undefined;
  const ranges = parseRange(sizeBytes, header);
  if (ranges === -1) return "unsatisfiable";
  if (ranges === -2 || ranges.type !== "bytes" || ranges.length !== 1) return undefined;
  return ranges[0];
}
