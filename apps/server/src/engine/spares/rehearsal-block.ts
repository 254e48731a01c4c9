import type { Context } from "@oomol/scriptlet";

/** A little of everything that blocks do, so that an executor has done it before the first block that counts. */
export default async function rehearse({ text }: { text: string }, context: Context): Promise<object> {
  console.log(text);
  await context.reportProgress(50);
  await context.preview({ type: "text", data: text });
  await context.output("text", text);
  return { text };
}
