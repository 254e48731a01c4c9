// A thread of the server that reads large bodies of tasks: parses them, checks them, and answers their values as JSON.
import type { BlockFinder } from "../packages/package-catalog.ts";
import type { Runnable } from "../packages/read-package.ts";
import { encodePieces } from "./encode-pieces.ts";
import { jsonPieces } from "./json-pieces.ts";
import {
  type Answer,
  answerOf,
  type Conversation,
  type InputsName,
  type OpenRequest,
  openConversation,
  type Question,
  type RequestBeginning,
  takeAnswer,
  type Wanted,
} from "./request-conversation.ts";
import { type PreparedInputs, parseTaskRequest, type TaskRequest } from "./task-request.ts";

/** Serves one request until the server closes the conversation. */
export default async function serveRequest({ body, port }: OpenRequest): Promise<void> {
  const conversation = openConversation(port);
  try {
    const parsed = await parse(body);
    conversation.say("request" in parsed ? { value: beginningOf(parsed.request) } : parsed);
    if (!("request" in parsed)) return;
    const reply = replierOf(parsed.request, conversation);
    for (;;) {
      const question = (await conversation.next()) as Question | undefined;
      if (question === undefined) return;
      const answer = await answerOf(() => reply(question));
      conversation.say(
        answer,
        "value" in answer && answer.value instanceof Uint8Array ? answer.value : undefined,
      );
    }
  } finally {
    conversation.close();
  }
}

function beginningOf({ blockId, webhook, uploads }: TaskRequest): RequestBeginning {
  return { blockId, webhook, uploads };
}

async function parse(body: OpenRequest["body"]) {
  let request: TaskRequest | undefined;
  const answer = await answerOf(() => {
    request = parseTaskRequest(body);
  });
  return request ? { request } : answer;
}

function replierOf(request: TaskRequest, conversation: Conversation): (question: Question) => unknown {
  let parts: Record<InputsName, Iterator<Uint8Array, undefined>>;
  const prepare = async ({ block, references }: Extract<Question, { kind: "prepare" }>) => {
    const prepared = await request.prepare(block, references, catalogOf(conversation));
    parts = { inputValues: partsOf(prepared, "inputValues"), inputs: partsOf(prepared, "inputs") };
  };
  return (question) => {
    if (question.kind === "fingerprint") return request.fingerprint(question.files);
    return question.kind === "prepare" ? prepare(question) : parts[question.of].next().value;
  };
}

/** Written as JSON as they are asked for. */
const partsOf = (prepared: PreparedInputs, name: InputsName) => encodePieces(jsonPieces(prepared[name]));

/** The server's, which is asked for each block. */
function catalogOf(conversation: Conversation): BlockFinder {
  return {
    async find(blockId, version) {
      const wanted: Wanted = { kind: "find", blockId, version };
      conversation.say(wanted);
      return takeAnswer((await conversation.next()) as Answer) as Runnable;
    },
  };
}
