import { routeOf } from "./page-actions.ts";

/** Starts a task of a block, past the page, and answers the route that shows it. */
export async function startTask(
  url: string,
  blockId: string,
  inputs: Record<string, unknown>,
): Promise<string> {
  const values = Object.entries(inputs).map(([handle, value]) => ({ handle, value }));
  const answer = await fetch(`${url}/v1/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ manifest: blockId, inputValues: [{ nodeId: "_", inputs: values }] }),
  });
  const { task } = (await answer.json()) as { task: { id: string } };
  return `${routeOf(blockId)}/${task.id}`;
}
