import { isUtf8 } from "node:buffer";
import { findInexactNumber, isNestedDeeper, withExactNumbers } from "@oomol/connect-core/wire";
import { topics } from "@oomol/scriptlet/wire";
import { changeAscii, type Json, longJsonBytes, parseMembers, writeJson } from "../json-text.ts";
import { type JsonScan, scanJsonInTurns } from "../scan-json.ts";
import { isRecord } from "../values.ts";
import { fitForEngine, replaceLoneSurrogates } from "./fit-for-engine.ts";
import { isOffer, mayReport, type Role } from "./rights.ts";
import type { SessionMessage } from "./session-message.ts";

/** What became of a message: let in, dropped as the engine drops it, or refused, which fails what it belongs to. */
export type Admitted =
  | { text: Json; message: SessionMessage | undefined; warning?: string; inexact?: string }
  | { dropped: string; message?: SessionMessage; warning?: string }
  | { refused: string };

/** So much can be parsed without holding up others; what is larger belongs into a file. */
export const maxMessageBytes = 16 * 1024 * 1024;

/** The engine's parser takes 127 (oocana-protocol 3.1); our executor stops at fewer. */
const maxDepth = 126;
/** So deep it was seen to read (oocana-protocol 10, 3.1). */
const maxEngineDepth = 122;

interface Reading {
  sessionId: string;
  topic: string;
  role: Role;
  /** An executor says it, and the engine of flows is to read it. */
  isForEngine: boolean;
}

/** Reads what a process of a session has published; what is long is read in turns with others. */
export function readMessage(payload: Json, reading: Reading): Admitted | Promise<Admitted> {
  // In characters for a text, which are no more than its bytes.
  if (payload.length > maxMessageBytes) return { refused: tooLarge(payload.length) };
  const said = toJson(payload);
  const text = reading.isForEngine ? replaceLoneSurrogates(said) : said;
  if (typeof text === "string") return admit({ said, text, scan: undefined }, reading);
  return scanJsonInTurns(text).then((scan) => admit({ said, text, scan }, reading));
}

interface Said {
  said: Json;
  /** The same, well-formed. */
  text: Json;
  /** What is in it if it is long, and JSON. */
  scan: JsonScan | undefined;
}

function admit({ said, text, scan }: Said, { sessionId, topic, role, isForEngine }: Reading): Admitted {
  const depth = isForEngine ? maxEngineDepth : maxDepth;
  if (scan ? scan.levels > depth : isNestedDeeper(text.toString("latin1"), depth)) {
    return { refused: `The block sent a value that is nested more than ${depth} levels deep.` };
  }
  // What processes of the session say to each other is theirs, but for the jobs that the engine offers.
  const isHeard = topic === topics.report || topic === topics.session(sessionId) || isOffer(topic);
  if (!isHeard) return { text, message: undefined };
  const exact = scan?.mayHoldInexactNumber === false ? text : changeAscii(text, withExactNumbers);
  const message = parse(exact, exact === text ? scan : undefined);
  if (!isMessage(message)) {
    // Which block it was of nobody can tell, and that block may never end now.
    if (isForEngine) return { refused: "An executor sent a message that is no JSON." };
    return { dropped: "it is no message in JSON" };
  }
  if (message.session_id !== sessionId) return { dropped: "it names another session" };
  if (topic === topics.report && !mayReport(role, message.type)) {
    return { dropped: `${message.type} is for the engine to report` };
  }
  // Others of the session get it as it was said: not all of them change it.
  const heard = { text, message, ...(exact !== text && { inexact: tellInexact(text, message) }) };
  if (!isForEngine) return heard;
  const fit = fitForEngine(message);
  if ("keptBack" in fit) return { dropped: "the engine cannot read it", message, warning: fit.keptBack };
  if (fit.warning) {
    return { ...heard, text: writeJson(fit.message), message: fit.message, warning: fit.warning };
  }
  return { ...heard, ...(text !== said && { warning: notWellFormed }) };
}

/** What is long stays bytes; what is no text in it becomes U+FFFD, as in one that is short. */
function toJson(payload: Json): Json {
  if (payload.length <= longJsonBytes) return payload.toString();
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  return isUtf8(bytes) ? bytes : Buffer.from(bytes.toString());
}

function tellInexact(json: Json, { type, handle }: SessionMessage): string {
  const { path = [], description = "a number" } = findInexactNumber(json.toString()) ?? {};
  const [field, key] = path;
  const output = field === "output" ? handle : field === "outputs" || field === "result" ? key : undefined;
  const where = typeof output === "string" ? `The output "${output}"` : `A message (${type})`;
  return `${where} of the block holds ${description}; it is kept as text. Give it as text.`;
}

const notWellFormed =
  "It said text that is not well-formed Unicode, which the engine of flows cannot read; U+FFFD stands for each lone half of a character.";

export function tooLarge(sizeBytes: number): string {
  return `The block sent a message of ${sizeBytes} bytes; this server takes ${maxMessageBytes}. Write large values to a file.`;
}

/** What blocks say, which nobody here looks into. */
const contents = new Set(["json", "log", "output", "outputs", "payload", "result"]);

function parse(json: Json, scan: JsonScan | undefined): unknown {
  try {
    const message = parseMembers(json, contents, scan);
    // What it asks for is looked into.
    const isQuestion = isRecord(message) && message.type === "BlockRequest" && message.action !== "Preview";
    return isQuestion ? JSON.parse(json.toString()) : message;
  } catch {
    return undefined;
  }
}

function isMessage(message: unknown): message is SessionMessage {
  return isRecord(message) && typeof message.type === "string" && typeof message.session_id === "string";
}
