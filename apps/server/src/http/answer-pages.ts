import { setImmediate as breathe } from "node:timers/promises";
import type { Context } from "hono";
import { pieceCharacters, piecesOf } from "../text-pieces.ts";

const json = { "Content-Type": "application/json" };

/** Answers JSON; a large text in pieces, as the client takes them: to encode it at once would hold up others. */
export function answerText(context: Context, text: string): Response {
  if (text.length <= pieceCharacters) return context.body(text, 200, json);
  return context.body(streamOf(inPieces([text])), 200, json);
}

/**
 * Answers `{ [name]: [...], success: true }`, whose items are given as JSON. What is more than a page is read as the client takes it, so that a client that
 * takes nothing holds a page and no more.
 */
export async function answerPages(
  context: Context,
  name: string,
  pages: AsyncGenerator<string[], void>,
): Promise<Response> {
  const first = await pages.next();
  const second = first.done ? first : await pages.next();
  const head = `{${JSON.stringify(name)}:[`;
  const tail = '],"success":true}';
  const begun = head + [...(first.value ?? []), ...(second.value ?? [])].join();
  if (second.done) return answerText(context, begun + tail);
  const others = async function* () {
    yield begun;
    for await (const page of pages) yield page.map((one) => `,${one}`).join("");
    yield tail;
  };
  return context.body(streamOf(inPieces(others())), 200, json);
}

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

/** The pages with each item as the JSON that is answered. */
export async function* mapPages<Item>(
  pages: AsyncGenerator<Item[], void>,
  answer: (item: Item) => string,
): AsyncGenerator<string[], void> {
  for await (const page of pages) yield page.map(answer);
}
