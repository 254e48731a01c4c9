// publish.ts
import type { Context, Credential } from "@oomol/scriptlet";

interface Inputs {
  apiKey: string;
  account: Credential;
  image: Uint8Array;
}

interface Outputs {
  page: string;
  thumbnail: Uint8Array;
}

export default async function publish(inputs: Inputs, context: Context<Inputs, Outputs>) {
  const { user } = await context.queryAuth(inputs.account);
  const isSigned = inputs.apiKey !== "" && (await context.oomolToken()) !== "";
  const { page } = await context.queryDownstream(["page"]);
  if (page === undefined) context.warning("Nobody reads the page.");

  const resize = context.runBlock("self::resize", { inputs: { width: 64 } });
  resize.onOutput("note")((note) => void context.reportLog(String(note)));
  await resize.finish();

  await context.output("thumbnail", inputs.image.subarray(0, 2));
  return { page: `${user}:${isSigned}` };
}
