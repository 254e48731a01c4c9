import { changeAscii, type Json, JsonText } from "../json-text.ts";
import { isRecord } from "../values.ts";
import type { SessionMessage } from "./session-message.ts";

/**
 * The engine of flows drops what it cannot read without a word, and a block whose end was dropped never ends for it
 * (oocana-protocol 3.1, 10). So what an executor says is repaired on its way, or kept back, with a warning either way.
 */
export type FitMessage =
  | { message: SessionMessage; warning?: string }
  | { message: SessionMessage; keptBack: string };

/** The JSON with each lone half of a character replaced, as the engine's parser takes well-formed text only. */
export function replaceLoneSurrogates(json: Json): Json {
  if (!json.includes("\\ud") && !json.includes("\\uD")) return json;
  return changeAscii(json, (text) =>
    text.replace(escapes, (found, lone) => (lone === undefined ? found : "\\ufffd")),
  );
}

/** Pairs and other escapes are passed over whole, so that what is left over is a lone half. */
const escapes =
  /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(\\u[dD][89a-fA-F][\da-fA-F]{2})|\\./g;

export function fitForEngine(message: SessionMessage): FitMessage {
  const { type, result, error, progress } = message;
  if (type === "BlockOutput" && message.output === undefined) {
    return { message, keptBack: `It gave no value for the output ${JSON.stringify(message.handle)}.` };
  }
  if (type === "BlockProgress" && typeof progress !== "number") {
    return {
      message,
      keptBack: `It reported ${JSON.stringify(progress)} as its progress, which is no number.`,
    };
  }
  if (type === "BlockRequest" && !isRequestId(message.request_id)) {
    return { message, keptBack: "It asked under an id that the engine does not take." };
  }
  if (type !== "BlockFinished") return { message };
  if (error != null && typeof error !== "string") {
    const words = JSON.stringify(error);
    return { message: { ...message, error: words }, warning: "Its error is no text; it is told as JSON." };
  }
  if (error != null || result == null || isMap(result)) return { message };
  const { result: _result, ...rest } = message;
  const words = "The block returned a value that is no object, and so names no outputs.";
  return { message: { ...rest, error: words }, warning: words };
}

/** With others the engine answers nobody any more (oocana-protocol 10, 2.1). */
function isRequestId(id: unknown): boolean {
  return typeof id === "string" && /^[\w-]+$/.test(id);
}

function isMap(value: unknown): boolean {
  return value instanceof JsonText ? value.isObject : isRecord(value);
}
