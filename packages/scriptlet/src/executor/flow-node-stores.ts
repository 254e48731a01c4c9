import type { StackLevel } from "../wire/messages.ts";

/** One object for each node of each flow run, for the life of the process (oocana-protocol 6.7). */
export function createFlowNodeStores() {
  const stores = new Map<string, Record<string, unknown>>();
  return (stacks: readonly StackLevel[]): Record<string, unknown> => {
    const key = JSON.stringify(stacks.map(({ flow_job_id, node_id }) => [flow_job_id, node_id]));
    const store = stores.get(key) ?? {};
    stores.set(key, store);
    return store;
  };
}
