import { refusedStreamId, sharedStreamId } from "@oomol/connect-core/wire";
import { Refusal } from "./refusal.ts";
import type { Route } from "./routes.ts";

/** The longest that a server holds an answer (connect-api 6.1). */
const longestHoldSeconds = 60;

/** The headers sent upstream: only those that the operation has, read here and written anew. Never cookies or the caller's token. */
export function upstreamHeaders(
  { headers }: Request,
  { name, method }: Route,
): { headers: Record<string, string>; holdMs: number } {
  const up: Record<string, string> = { accept: "application/json", "accept-encoding": "identity" };
  let holdMs = 0;
  const wantsEvents = headers.get("accept")?.includes("text/event-stream") === true;
  if (wantsEvents && (name === "tasks.follow" || name === "tasks.get")) up.accept = "text/event-stream";
  if (wantsEvents && name === "tasks.get") {
    const last = headers.get("last-event-id");
    if (last !== null && /^\d{1,15}$/.test(last)) up["last-event-id"] = last;
  } else if (name === "tasks.get" || name === "packages.getInstallTask") {
    const asked = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:[,;]|$)/i.exec(
      headers.get("prefer") ?? "",
    )?.[1];
    const seconds = Math.min(Number(asked ?? 0), longestHoldSeconds);
    if (seconds > 0) up.prefer = `wait=${seconds}`;
    holdMs = seconds * 1_000;
  }
  // Titles and descriptions come in the caller's language.
  const language = headers.get("accept-language");
  if (name === "blocks.list" && language !== null && /^[\w*,;=. -]{1,200}$/.test(language)) {
    up["accept-language"] = language;
  }
  if (name === "tasks.create" || name === "packages.install") addKey(up, headers.get("idempotency-key"));
  if (name === "tasks.create") {
    addStream(up, headers.get("connect-events"));
    addTrace(up, headers);
  }
  if (name === "tasks.getFile") addFileConditions(up, headers);
  if (name.startsWith("uploads.")) addUpload(up, headers, method);
  return { headers: up, holdMs };
}

/** All callers share the server's keys under one token: a key that can be guessed would give another caller's task. */
function addKey(up: Record<string, string>, key: string | null): void {
  if (key === null) return;
  if (!/^[\x21-\x7e]{16,255}$/.test(key)) {
    throw new Refusal(
      400,
      "An Idempotency-Key has 16 to 255 visible characters here, a random UUID for instance.",
    );
  }
  up["idempotency-key"] = key;
}

function addStream(up: Record<string, string>, stream: string | null): void {
  if (stream !== null) up["connect-events"] = requireStreamId(stream);
}

/** The id of a stream that nobody can guess (connect-api 6.10). @throws {Refusal} */
export function requireStreamId(stream: string): string {
  if (sharedStreamId.test(stream)) return stream;
  throw new Refusal(400, refusedStreamId);
}

/** What is malformed is ignored, as everywhere (W3C Trace Context). */
function addTrace(up: Record<string, string>, headers: Headers): void {
  const parent = headers.get("traceparent") ?? "";
  const state = headers.get("tracestate") ?? "";
  if (!/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(parent)) return;
  up.traceparent = parent;
  if (/^[\x20-\x7e]{1,512}$/.test(state)) up.tracestate = state;
}

/** What tus says in headers (connect-api 6.12). */
const uploadHeaders: readonly (readonly [name: string, isRight: RegExp])[] = [
  ["upload-length", /^\d{1,15}$/],
  ["upload-offset", /^\d{1,15}$/],
  ["upload-metadata", /^[\w ,+/=-]{1,4000}$/],
  ["upload-checksum", /^[\w-]{1,20} [\w+/=]{1,200}$/],
];

function addUpload(up: Record<string, string>, headers: Headers, method: Route["method"]): void {
  up["tus-resumable"] = "1.0.0";
  if (method === "PATCH") up["content-type"] = "application/offset+octet-stream";
  for (const [name, isRight] of uploadHeaders) {
    const value = headers.get(name);
    if (value === null) continue;
    if (!isRight.test(value)) throw new Refusal(400, `The header ${name} is not one of an upload.`);
    up[name] = value;
  }
}

function addFileConditions(up: Record<string, string>, headers: Headers): void {
  up.accept = "*/*";
  const range = headers.get("range");
  if (range !== null && /^bytes=\d*-\d*$/.test(range)) up.range = range;
  for (const name of ["if-none-match", "if-range", "if-modified-since"]) {
    const value = headers.get(name);
    if (value !== null && /^[\x20-\x7e]{1,1000}$/.test(value)) up[name] = value;
  }
}
