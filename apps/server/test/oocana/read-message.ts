/** So deep the engine's parser goes (oocana-protocol 10, 3.1). */
const maxDepth = 126;

export interface Message {
  type: string;
  result?: unknown;
  error?: unknown;
  [field: string]: unknown;
}

/** A message of an executor, if the engine can read it; otherwise why it drops it without a word (oocana-protocol 2.3, 10). */
export function readMessage(payload: Buffer): Message | string {
  const text = payload.toString();
  let message: Message;
  try {
    message = JSON.parse(text);
  } catch {
    return "no JSON";
  }
  if (depthOf(text) > maxDepth) return "nested too deep";
  if (text.includes("\ufffd") && !Buffer.from(text).equals(payload)) return "no UTF-8";
  if (holdsLoneSurrogate(message)) return "a lone surrogate";
  const { type, output, result, error, progress } = message;
  const isText = (value: unknown) => value === undefined || value === null || typeof value === "string";
  const isMap = (value: unknown) => typeof value === "object" && !Array.isArray(value);
  if (type === "BlockOutput" && output === undefined) return "no output";
  if (type === "BlockProgress" && typeof progress !== "number") return "progress is no number";
  if (type === "BlockFinished" && !isText(error)) return "error is no text";
  if (type === "BlockFinished" && result !== undefined && !isMap(result)) return "result is no map";
  return message;
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === "[" || token === "{") deepest = Math.max(deepest, ++depth);
    else if (token === "]" || token === "}") depth -= 1;
  }
  return deepest;
}

function holdsLoneSurrogate(value: unknown): boolean {
  if (typeof value === "string") return !value.isWellFormed();
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, inner]) => !key.isWellFormed() || holdsLoneSurrogate(inner));
}
