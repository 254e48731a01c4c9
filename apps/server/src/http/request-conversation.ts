import type { MessagePort } from "node:worker_threads";
import type { Runnable } from "../packages/read-package.ts";
import { Refusal, type RefusalStatus } from "../refusal.ts";
import type { RawBody } from "./task-request.ts";
import type { ReceivedFile } from "./uploads.ts";

/** What a thread is given to begin with. */
export interface OpenRequest {
  body: RawBody;
  port: MessagePort;
}

/** The first answer, to no question. */
export interface RequestBeginning {
  blockId: string;
  webhook: unknown;
  uploads: readonly string[];
}

/** What the server asks about a body that the thread holds. */
export type Question =
  | { kind: "fingerprint"; files: readonly ReceivedFile[] }
  | { kind: "prepare"; block: Runnable; references: readonly string[] }
  | { kind: "part"; of: InputsName };

/** What was prepared, which is asked for part by part. */
export type InputsName = "inputValues" | "inputs";

/** What the thread asks in between; flows name the blocks that they run. */
export interface Wanted {
  kind: "find";
  blockId: string;
  version: string | undefined;
}

/** What either side answers: something, or why not. */
export type Answer = { value: unknown } | { refusal: { status: RefusalStatus; message: string } };

export async function answerOf(work: () => unknown): Promise<Answer> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refusal: { status: error.status, message: error.message } };
  }
}

export function takeAnswer(answer: Answer): unknown {
  if ("value" in answer) return answer.value;
  throw new Refusal(answer.refusal.status, answer.refusal.message);
}

export interface Conversation {
  /** Bytes are handed over with their memory. */
  say(message: unknown, bytes?: Uint8Array): void;
  /** What the other side says next; `undefined` once it has closed. */
  next(): Promise<unknown>;
  close(): void;
}

export function openConversation(port: MessagePort): Conversation {
  const heard: unknown[] = [];
  let isClosed = false;
  let wake = () => {};
  port.on("message", (message) => {
    heard.push(message);
    wake();
  });
  port.on("close", () => {
    isClosed = true;
    wake();
  });
  return {
    say: (message, bytes) => port.postMessage(message, bytes ? [bytes.buffer as ArrayBuffer] : []),
    async next() {
      while (heard.length === 0 && !isClosed) await new Promise<void>((resolve) => (wake = resolve));
      return heard.shift();
    },
    close: () => port.close(),
  };
}
