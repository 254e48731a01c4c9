import type { Context } from "hono";

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
  const type = { "Content-Type": "application/json" };
  if (second.done) return context.body(`${head}${(first.value ?? []).join()}${tail}`, 200, type);

  const encoder = new TextEncoder();
  let text = head + [...(first.value ?? []), ...second.value].join();
  const body = new ReadableStream(
    {
      async pull(controller) {
        const next = text === "" ? await pages.next() : undefined;
        if (next?.done) {
          controller.enqueue(encoder.encode(tail));
          controller.close();
          return;
        }
        for (const one of next?.value ?? []) text += `,${one}`;
        controller.enqueue(encoder.encode(text));
        text = "";
      },
      async cancel() {
        await pages.return();
      },
    },
    { highWaterMark: 0 },
  );
  return context.body(body, 200, type);
}

/** The pages with each item as the JSON that is answered. */
export async function* mapPages<Item>(
  pages: AsyncGenerator<Item[], void>,
  answer: (item: Item) => string,
): AsyncGenerator<string[], void> {
  for await (const page of pages) yield page.map(answer);
}
