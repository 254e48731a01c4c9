import type { ServerBlock } from "@oomol/connect-core";
import { blocksAnswerSchema, validate } from "@oomol/connect-core/wire";
import { kindAndNameOf, packageOfBlock } from "./allow-blocks.ts";
import { type Handling, passJson } from "./handling.ts";
import { Refusal } from "./refusal.ts";
import { callUpstream } from "./upstream.ts";

/**
 * Whether `blockId` is not the id under which its block is listed. A server runs `PACKAGE::BLOCK` by the name of
 * `PACKAGE::tasks/BLOCK`, too, but the app decides on listed ids.
 */
export async function isOtherName(handling: Handling, blockId: string): Promise<boolean> {
  const kindAndName = kindAndNameOf(blockId);
  if (kindAndName === undefined) return false;
  const ownName = kindAndName.slice(kindAndName.indexOf("/") + 1);
  const all = await readBlocks(handling);
  const blocks = all.filter((block) => block.package === packageOfBlock(blockId));
  // Of two versions one may list the block by its own name: the other one's id then means both.
  const isAmbiguous = blocks.some(
    ({ name, path }) => name === ownName && path.split(/[\\/]/).slice(-2).join("/") === kindAndName,
  );
  return isAmbiguous || !blocks.some(({ name }) => name === kindAndName);
}

async function readBlocks(handling: Handling): Promise<ServerBlock[]> {
  const { options, request } = handling;
  const headers = { accept: "application/json", "accept-encoding": "identity" };
  const call = { name: "blocks.list", method: "GET", url: `${options.baseUrl}/v1/blocks`, headers } as const;
  const blocks: ServerBlock[] = [];
  await callUpstream(options, request, call, (response) =>
    passJson(handling, response, (body) => {
      const checked = validate(blocksAnswerSchema, body);
      if (!checked.isValid) throw new Refusal(502, "The Connect server's list of blocks is not readable.");
      blocks.push(...checked.data.blocks);
      return {};
    }),
  );
  return blocks;
}
