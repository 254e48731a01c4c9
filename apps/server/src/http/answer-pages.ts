import type { Context } from "hono";
import { type AnswerText, answerTexts, type TasksEnv } from "./answer-text.ts";
import type { BytesInFlight } from "./bytes-in-flight.ts";

/** Some items of an answer at a time, each as its JSON; at the end the further members of the answer. */
export type JsonPages = AsyncGenerator<AnswerText[], object | undefined>;

/** Answers `{ [name]: [...], success: true }`. What is more than a page is read as the client takes it. */
export function answerPages(
  context: Context<TasksEnv>,
  name: string,
  pages: JsonPages,
  answers: BytesInFlight,
): Promise<Response> {
  return answerTexts(context, textsOf(name, pages), answers);
}

async function* textsOf(name: string, pages: JsonPages): AsyncGenerator<AnswerText, void> {
  let before = `{${JSON.stringify(name)}:[`;
  try {
    let next = await pages.next();
    for (; !next.done; next = await pages.next()) {
      for (const item of next.value) {
        yield [before, ...item];
        before = ",";
      }
    }
    const end = `],${JSON.stringify({ ...next.value, success: true }).slice(1)}`;
    yield [before === "," ? end : before + end];
  } finally {
    await pages.return(undefined);
  }
}
