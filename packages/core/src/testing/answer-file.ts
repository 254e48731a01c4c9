import type { TaskFile } from "./fake-task.ts";

/** A file of a task, or the rest of it, by `Range` and `If-Range` (connect-api 6.5; RFC 9110, 14). */
export function answerFile({ bytes, type, etag }: TaskFile, request: Request): Response {
  const condition = request.headers.get("if-range");
  const start = /^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1];
  const isRange = start !== undefined && (condition === null || condition === etag);
  const rest = isRange ? bytes.slice(Number(start)) : bytes;
  const headers: Record<string, string> = {
    "accept-ranges": "bytes",
    "content-length": String(rest.length),
    "content-type": type,
    etag,
  };
  if (isRange) headers["content-range"] = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
  return new Response(rest, { status: isRange ? 206 : 200, headers });
}
