import type { ServerBlock, Task } from "@oomol/connect-core";
import { blockOfApplet } from "@oomol/connect-core/adapter";
import {
  appletsAnswerSchema,
  blocksAnswerSchema,
  type DataOf,
  packagesAnswerSchema,
  type Schema,
  tasksAnswerSchema,
  validate,
} from "@oomol/connect-core/wire";
import { packageOfBlock } from "./allow-blocks.ts";
import { type Handling, passJson } from "./handling.ts";
import { Refusal } from "./refusal.ts";
import { callUpstream } from "./upstream.ts";

/** The allowed blocks. */
export function listBlocks(handling: Handling): Promise<Response> {
  return listing(handling, async (body) => ({ blocks: await allowedBlocks(handling, body) }));
}

/** The packages with an allowed block; all packages for callers who may install more. */
export async function listPackages(handling: Handling): Promise<Response> {
  const { options, request, call } = handling;
  if (options.allowInstalls) return listing(handling);
  const names = new Set<string>();
  const blocksCall = { ...call, name: "blocks.list", url: `${options.baseUrl}/v1/blocks` } as const;
  await callUpstream(options, request, blocksCall, (response) =>
    passJson(handling, response, async (body) => {
      for (const block of await allowedBlocks(handling, body)) names.add(packageOfBlock(idOf(block)));
    }),
  );
  return listing(handling, (body) => {
    const { packages } = checked(packagesAnswerSchema, body);
    return { packages: packages.filter(({ name }) => names.has(name)) };
  });
}

/** The applets of allowed blocks. */
export function listApplets(handling: Handling): Promise<Response> {
  const { call } = handling;
  const headers = { ...call.headers, "content-type": "application/json" };
  const asking = { ...handling, call: { ...call, headers, body: "{}" } };
  return listing(asking, async (body) => {
    const applets = checked(appletsAnswerSchema, body);
    const { isAllowedBlock } = handling.options;
    return filterInOrder(applets, ({ data }) => isAllowedBlock(blockOfApplet(data)));
  });
}

/** The tasks that the caller may get one by one. */
export function listTasks(handling: Handling): Promise<Response> {
  const { authorize } = handling.options;
  return listing(handling, async (body) => {
    const { tasks, next } = checked(tasksAnswerSchema, body);
    const mayGet = async ({ id: taskId }: Task) =>
      authorize !== "public" && (await authorize(handling.request, { name: "tasks.get", taskId })) === true;
    return { tasks: await filterInOrder(tasks, mayGet), ...(next !== undefined && { next }) };
  });
}

function listing(handling: Handling, change?: (body: unknown) => unknown): Promise<Response> {
  const { options, request, call } = handling;
  return callUpstream(options, request, call, (response) => passJson(handling, response, change));
}

async function allowedBlocks({ options }: Handling, body: unknown): Promise<ServerBlock[]> {
  const { blocks } = checked(blocksAnswerSchema, body);
  return filterInOrder(blocks, (block) => options.isAllowedBlock(idOf(block)));
}

function idOf(block: ServerBlock): string {
  return `${block.package}::${block.name}`;
}

function checked<Checked extends Schema>(schema: Checked, body: unknown): DataOf<Checked> {
  const result = validate(schema, body);
  if (result.isValid) return result.data;
  throw new Refusal(502, "The Connect server's answer is not one of the Connect API.");
}

/** One after the other: each decision may query a database. */
async function filterInOrder<Item>(
  items: Item[],
  isWanted: (item: Item) => Promise<boolean>,
): Promise<Item[]> {
  const wanted: Item[] = [];
  for (const item of items) if (await isWanted(item)) wanted.push(item);
  return wanted;
}
