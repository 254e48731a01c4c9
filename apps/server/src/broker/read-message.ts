import { isNestedDeeper } from "@oomol/connect-core/wire";
import { topics } from "@oomol/scriptlet/wire";
import { parseMembers } from "../json-text.ts";
import { isRecord } from "../values.ts";
import { mayReport, type Role } from "./rights.ts";

export type SessionMessage = { type: string; session_id: string; [field: string]: unknown };

/** What became of a message: let in, dropped as the engine drops it, or refused, which fails what it belongs to. */
export type Admitted =
  | { text: string; message: SessionMessage | undefined }
  | { dropped: string }
  | { refused: string };

/** So much can be parsed without holding up others; what is larger belongs into a file. */
export const maxMessageBytes = 16 * 1024 * 1024;

/** The engine's parser takes 127 (oocana-protocol 3.1); our executor stops at fewer. */
const maxDepth = 126;

/** Reads what a process of a session has published. */
export function readMessage(
  payload: Buffer | string,
  { sessionId, topic, role }: { sessionId: string; topic: string; role: Role },
): Admitted {
  // In characters for a text, which are no more than its bytes.
  if (payload.length > maxMessageBytes) return { refused: tooLarge(payload.length) };
  const text = payload.toString();
  if (isNestedDeeper(text, maxDepth)) {
    return { refused: `The block sent a value that is nested more than ${maxDepth} levels deep.` };
  }
  // What processes of the session say to each other is theirs.
  if (topic !== topics.report && topic !== topics.session(sessionId)) return { text, message: undefined };
  const message = parse(text);
  if (!isMessage(message)) return { dropped: "it is no message in JSON" };
  if (message.session_id !== sessionId) return { dropped: "it names another session" };
  if (topic === topics.report && !mayReport(role, message.type)) {
    return { dropped: `${message.type} is for the engine to report` };
  }
  return { text, message };
}

export function tooLarge(sizeBytes: number): string {
  return `The block sent a message of ${sizeBytes} bytes; this server takes ${maxMessageBytes}. Write large values to a file.`;
}

/** What blocks say, which nobody here looks into. */
const contents = new Set(["json", "log", "output", "outputs", "payload", "result"]);

function parse(text: string): unknown {
  try {
    const message = parseMembers(text, contents);
    // What it asks for is looked into.
    const isQuestion = isRecord(message) && message.type === "BlockRequest" && message.action !== "Preview";
    return isQuestion ? JSON.parse(text) : message;
  } catch {
    return undefined;
  }
}

function isMessage(message: unknown): message is SessionMessage {
  return isRecord(message) && typeof message.type === "string" && typeof message.session_id === "string";
}
