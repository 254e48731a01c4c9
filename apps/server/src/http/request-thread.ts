// A thread of the server that reads large bodies of tasks: parses them, checks them, and answers their values as JSON.
import { writeJson } from "../json-text.ts";
import type { BlockFinder } from "../packages/package-catalog.ts";
import type { Runnable } from "../packages/read-package.ts";
import {
  type Answer,
  answerOf,
  type Conversation,
  type OpenRequest,
  openConversation,
  type Question,
  takeAnswer,
  type Wanted,
} from "./request-conversation.ts";
import { parseTaskRequest } from "./task-request.ts";

/** Serves one request until the server closes the conversation. */
export default async function serveRequest({ body, port }: OpenRequest): Promise<void> {
  const conversation = openConversation(port);
  try {
    const parsed = await parse(body);
    conversation.say("request" in parsed ? { value: parsed.request.blockId } : parsed);
    while ("request" in parsed) {
      const question = (await conversation.next()) as Question | undefined;
      if (question === undefined) return;
      conversation.say(await answerOf(() => reply(question, parsed.request, conversation)));
    }
  } finally {
    conversation.close();
  }
}

async function parse(body: OpenRequest["body"]) {
  let request: ReturnType<typeof parseTaskRequest> | undefined;
  const answer = await answerOf(() => {
    request = parseTaskRequest(body);
  });
  return request ? { request } : answer;
}

async function reply(
  question: Question,
  request: ReturnType<typeof parseTaskRequest>,
  conversation: Conversation,
): Promise<unknown> {
  if (question.kind === "fingerprint") return request.fingerprint(question.files);
  const { block, references } = question;
  const { inputValues, inputs } = await request.prepare(block, references, catalogOf(conversation));
  return { inputValues: JSON.stringify(inputValues), inputs: writeJson(inputs) };
}

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
