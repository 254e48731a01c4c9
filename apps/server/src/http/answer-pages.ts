import { setImmediate as breathe } from "node:timers/promises";
import type { Context } from "hono";
import { pieceCharacters, piecesOf } from "../text-pieces.ts";

const json = { "Content-Type": "application/json" };

/** Answers JSON; a large text in pieces, as the client takes them: to encode it at once would hold up others. */
export function answerText(context: Context, text: string): Response {
  if (text.length <= pieceCharacters) return context.body(text, 200, json);
  return context.body(streamOf(inPieces([text])), 200, json);
}

/** Some items of an answer at a time, each as its JSON; at the end the further members of the answer. */
export type JsonPages = AsyncGenerator<string[], object | undefined>;

/**
 * Answers `{ [name]: [...], success: true }`. What is more than a page is read as the client takes it, so that a client that takes
 * nothing holds a page and no more.
 */
export async function answerPages(context: Context, name: string, pages: JsonPages): Promise<Response> {
  const first = await pages.next();
  const second = first.done ? first : await pages.next();
  const head = `{${JSON.stringify(name)}:[`;
  const begun = head + [first, second].flatMap(({ done, value }) => (done ? [] : value)).join();
  if (second.done) return answerText(context, begun + tailOf(second.value));
  let isFirst = begun === head;
  const others = async function* () {
    yield begun;
    try {
      let next = await pages.next();
      for (; !next.done; next = await pages.next()) {
        const text = next.value.join();
        if (text === "") continue;
        yield isFirst ? text : `,${text}`;
        isFirst = false;
      }
      yield tailOf(next.value);
    } finally {
      await pages.return(undefined);
    }
  };
  return context.body(streamOf(inPieces(others())), 200, json);
}

const tailOf = (members: object | undefined) => `],${JSON.stringify({ ...members, success: true }).slice(1)}`;

async function* inPieces(texts: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string, void> {
  for await (const text of texts) yield* piecesOf(text, pieceCharacters);
}

function streamOf(pieces: AsyncGenerator<string, void>): ReadableStream {
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        // The store answers at once: without this, others would wait until the client has enough.
        await breathe();
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}
