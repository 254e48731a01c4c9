// shout.ts
import type { Context } from "@oomol/scriptlet";

interface Inputs {
  text: string;
}

interface Outputs {
  loud: string;
}

export default async function shout(inputs: Inputs, context: Context<Inputs, Outputs>) {
  console.log(`shouting ${inputs.text.length} characters`);
  context.reportProgress(50);
  await context.preview({ type: "markdown", data: `**${inputs.text}**` });
  return { loud: inputs.text.toUpperCase() };
}
