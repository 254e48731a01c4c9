import type { Context } from "hono";

/**
 * Answers `{ [name]: [...], success: true }`. What is more than a page is read as the client takes it, so that a client that
 * takes nothing holds a page and no more.
 */
export async function answerPages(
  context: Context,
  name: string,
  pages: AsyncGenerator<object[], void>,
): Promise<Response> {
  const first = await pages.next();
  const second = first.done ? first : await pages.next();
  if (second.done) return context.json({ [name]: first.value ?? [], success: true });

  const rest = [...(first.value ?? []), ...second.value];
  const encoder = new TextEncoder();
  let text = `{${JSON.stringify(name)}:[${rest.map((one) => JSON.stringify(one)).join(",")}`;
  const body = new ReadableStream(
    {
      async pull(controller) {
        const next = text === "" ? await pages.next() : undefined;
        if (next?.done) {
          controller.enqueue(encoder.encode('],"success":true}'));
          controller.close();
          return;
        }
        for (const one of next?.value ?? []) text += `,${JSON.stringify(one)}`;
        controller.enqueue(encoder.encode(text));
        text = "";
      },
      async cancel() {
        await pages.return();
      },
    },
    { highWaterMark: 0 },
  );
  return context.body(body, 200, { "Content-Type": "application/json" });
}

/** The same with each item of each page as it is answered. */
export async function* mapPages<Item, Answer>(
  pages: AsyncGenerator<Item[], void>,
  answer: (item: Item) => Answer,
): AsyncGenerator<Answer[], void> {
  for await (const page of pages) yield page.map(answer);
}
