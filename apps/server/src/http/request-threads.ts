import { fileURLToPath } from "node:url";
import { MessageChannel } from "node:worker_threads";
import { Piscina } from "piscina";
import type { BlockFinder } from "../packages/package-catalog.ts";
import { ComingText } from "../store/stored-text.ts";
import {
  type Answer,
  answerOf,
  type InputsName,
  type OpenRequest,
  openConversation,
  type Question,
  type RequestBeginning,
  takeAnswer,
  type Wanted,
} from "./request-conversation.ts";
import type { RawBody, TaskRequest } from "./task-request.ts";

/** Reads large bodies of tasks on a thread, one after the other, so that the server answers others meanwhile. */
export interface RequestThreads {
  /** Takes over the bytes of the body; throws a {@link Refusal}. The thread is busy until the request is disposed of. */
  open(body: RawBody): Promise<TaskRequest>;
  close(): Promise<void>;
}

/** Lies beside this module as source, and beside the program as built. */
const isSource = import.meta.url.endsWith(".ts");
const program = fileURLToPath(
  new URL(isSource ? "./request-thread.ts" : "./request-thread.js", import.meta.url),
);

export function createRequestThreads({ idleMs = 5_000 } = {}): RequestThreads {
  let pool = openPool(idleMs);
  let ended: Promise<void> = Promise.resolve();
  let running = 0;
  let hasReadMuch = false;

  /** V8 would keep what the thread has read until somebody needs it again, beside the task that begins to run. */
  const endThread = () => {
    hasReadMuch = false;
    const ending = pool.destroy();
    ended = Promise.all([ended, ending]).then(() => undefined);
    pool = openPool(idleMs);
  };

  const run: RunThread = async (opening) => {
    hasReadMuch ||= sizeOf(opening.body) > muchBytes;
    running += 1;
    try {
      // Piscina reads its type off another overload of `postMessage`.
      const memory = partsOf(opening.body).map(({ buffer }) => buffer);
      const transferList = [opening.port, ...memory] as never;
      await pool.run(opening, { transferList });
    } finally {
      running -= 1;
      if (hasReadMuch && running === 0) endThread();
    }
  };

  return {
    open: (body) => openRequest(run, body),
    async close() {
      await Promise.all([pool.destroy(), ended]);
    },
  };
}

type RunThread = (opening: OpenRequest) => Promise<void>;

const muchBytes = 1024 * 1024;

function openPool(idleMs: number): Piscina {
  return new Piscina({
    filename: program,
    minThreads: 0,
    maxThreads: 1,
    concurrentTasksPerWorker: 1,
    // What it has held goes with it.
    idleTimeout: idleMs,
    // Not its whole heap: a thread that reaches the end of that ends the process.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
    ...(isSource && { execArgv: [...process.execArgv, "--conditions=@oomol/source"] }),
  });
}

async function openRequest(run: RunThread, body: RawBody): Promise<TaskRequest> {
  const { port1, port2 } = new MessageChannel();
  const conversation = openConversation(port1);
  const failed = run({ body, port: port2 }).then(
    () => new Error("The thread has ended its part of the conversation."),
    (error: unknown) => {
      conversation.close();
      return error;
    },
  );

  const ask = async (question?: Question, catalog?: BlockFinder): Promise<unknown> => {
    if (question) conversation.say(question);
    for (;;) {
      const message = (await conversation.next()) as Answer | Wanted | undefined;
      if (message === undefined) throw await failed;
      if (!("kind" in message)) return takeAnswer(message);
      const { blockId, version } = message;
      conversation.say(await answerOf(() => catalog?.find(blockId, version)));
    }
  };

  async function* parts(of: InputsName): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const part = (await ask({ kind: "part", of })) as Uint8Array | undefined;
      if (part === undefined) return;
      yield part;
    }
  }

  try {
    const beginning = (await ask()) as RequestBeginning;
    return {
      ...beginning,
      fingerprint: async (files) => (await ask({ kind: "fingerprint", files })) as string,
      async prepare(block, references, catalog) {
        await ask({ kind: "prepare", block, references }, catalog);
        return { inputValues: new ComingText(parts("inputValues")), inputs: new ComingText(parts("inputs")) };
      },
      [Symbol.dispose]: () => conversation.close(),
    };
  } catch (error) {
    conversation.close();
    throw error;
  }
}

/** In bytes. */
export function sizeOf(body: RawBody): number {
  return partsOf(body).reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function partsOf(body: RawBody): Uint8Array[] {
  return "json" in body ? [body.json] : Object.values(body.fields).filter((field) => field !== undefined);
}
