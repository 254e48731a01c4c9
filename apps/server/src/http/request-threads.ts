import { fileURLToPath } from "node:url";
import { MessageChannel } from "node:worker_threads";
import { Piscina } from "piscina";
import { JsonText } from "../json-text.ts";
import type { BlockFinder } from "../packages/package-catalog.ts";
import {
  type Answer,
  answerOf,
  type OpenRequest,
  openConversation,
  type Question,
  takeAnswer,
  type Wanted,
} from "./request-conversation.ts";
import type { TaskBody, TaskRequest } from "./task-request.ts";

/** Reads large bodies of tasks on a thread, one after the other, so that the server answers others meanwhile. */
export interface RequestThreads {
  /** Takes over the bytes of the body; throws a {@link Refusal}. The thread is busy until the request is disposed of. */
  open(body: TaskBody): Promise<TaskRequest>;
  close(): Promise<void>;
}

/** Lies beside this module as source, and beside the program as built. */
const isSource = import.meta.url.endsWith(".ts");
const program = fileURLToPath(
  new URL(isSource ? "./request-thread.ts" : "./request-thread.js", import.meta.url),
);

export function createRequestThreads(): RequestThreads {
  const pool = new Piscina({
    filename: program,
    minThreads: 0,
    maxThreads: 1,
    concurrentTasksPerWorker: 1,
    // What it has held goes with it.
    idleTimeout: 5_000,
    // Not its whole heap: a thread that reaches the end of that ends the process.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
    ...(isSource && { execArgv: [...process.execArgv, "--conditions=@oomol/source"] }),
  });
  return {
    open: (body) => openRequest(pool, body),
    close: () => pool.destroy(),
  };
}

async function openRequest(pool: Piscina, body: TaskBody): Promise<TaskRequest> {
  const { port1, port2 } = new MessageChannel();
  const conversation = openConversation(port1);
  const opening: OpenRequest = { body, port: port2 };
  // Piscina reads its type off another overload of `postMessage`.
  const transferList = [port2, ...memoryOf(body)] as never;
  const serving: Promise<void> = pool.run(opening, { transferList });
  const failed = serving.then(
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

  try {
    return {
      blockId: (await ask()) as string,
      fingerprint: async (files) => (await ask({ kind: "fingerprint", files })) as string,
      async prepare(block, references, catalog) {
        const prepared = await ask({ kind: "prepare", block, references }, catalog);
        const { inputValues, inputs } = prepared as { inputValues: string; inputs: string };
        return { inputValues: new JsonText(inputValues), inputs: new JsonText(inputs) };
      },
      [Symbol.dispose]: () => conversation.close(),
    };
  } catch (error) {
    conversation.close();
    throw error;
  }
}

function memoryOf(body: TaskBody): ArrayBuffer[] {
  return "json" in body ? [body.json.buffer as ArrayBuffer] : [];
}
