import { randomUUID } from "node:crypto";
import type { Level } from "./executors.ts";
import { lookUpNode } from "./look-up-node.ts";
import type { Flow, Task } from "./manifests.ts";
import type { FlowRun, Run } from "./run.ts";

export interface FlowParent {
  id: string;
  /** Of the node that it is in. */
  stacks: Level[];
  isRoot: boolean;
  /** The package whose executors run what is in it. */
  scope: string;
  onOutput(handle: string, value: unknown): void;
  onEnd(failure: Failure | undefined): void;
  onProgress(progress: number): void;
  onPreview(payload: unknown, nodeId: string): void;
}

export interface Failure {
  error: string;
  /** The way to the node whose block failed. */
  stack: object[];
}

/** Beyond this a subflow never comes (oocana-protocol 10, 6.4). */
const mostProgress = 95;

export function createFlowRun(run: Run, flow: Flow, parent: FlowParent): FlowRun {
  const { session } = run;
  const { id, scope, stacks, isRoot } = parent;
  const isSubflow = /subflow\.oo\.ya?ml$/.test(flow.file);
  const live = new Set<string>();
  const started = new Set<string>();
  const progress = new Map<string, number>();
  let isOver = false;
  const constants = new Map(
    flow.nodes.flatMap(({ node_id, values = [] }) =>
      values.map(({ handle, value }): [string, unknown] => [`${node_id} ${handle}`, value]),
    ),
  );
  const nodes = flow.nodes
    .filter(({ values }) => values === undefined)
    .map(({ task, subflow, ...node }) => ({
      ...node,
      ...lookUpNode({ task, subflow }, flow, session.options.searchPaths),
      queue: queueOf(),
    }));
  type Node = (typeof nodes)[number];

  const event = { job_id: id, stacks, ...(isSubflow ? { block_path: flow.file } : { flow_path: flow.file }) };
  const levelsOf = (nodeId: string) => [...stacks, { flow_job_id: id, flow: flow.file, node_id: nodeId }];

  const finish = (failure?: Failure) => {
    if (isOver) return;
    isOver = true;
    const error = failure && (isRoot ? `[node id: ${lastNode(failure)}] failed` : failure.error);
    const how = { error: error ?? null, ...(failure && { _error: { stack: failure.stack } }) };
    const last = { ...event, ...how, finish_at: Date.now() };
    if (!run.isCancelled) session.report(isSubflow ? "SubflowBlockFinished" : "FlowFinished", last);
    parent.onEnd(failure);
  };

  const endIfIdle = () => {
    if (live.size === 0) finish();
  };

  const note = (nodeId: string, value: number) => {
    progress.set(nodeId, Math.max(progress.get(nodeId) ?? 0, value));
    if (isRoot || isOver) return;
    const sum = [...progress.values()].reduce((one, other) => one + other, 0);
    const own = Math.min(mostProgress, sum / nodes.length);
    session.report("BlockProgress", { ...event, progress: own, rate: own });
    parent.onProgress(own);
  };

  const startNode = (node: Node, inputs: Record<string, unknown>) => {
    const nodeId = node.node_id;
    const jobId = randomUUID();
    live.add(jobId);
    const common = {
      onOutput: (handle: string, value: unknown) => route(nodeId, handle, value),
      onProgress: (value: number) => note(nodeId, value),
    };
    if (node.subflow) {
      const inner = createFlowRun(run, node.subflow, {
        ...{ id: jobId, stacks: levelsOf(nodeId), isRoot: false, scope: node.scope ?? scope },
        ...common,
        onPreview: (payload, innerId) => forwardPreview(nodeId, payload, innerId),
        onEnd(failure) {
          live.delete(jobId);
          if (failure) {
            finish(failure);
            return;
          }
          note(nodeId, mostProgress);
          endIfIdle();
        },
      });
      run.flows.set(jobId, inner);
      inner.start(inputs);
      return;
    }
    const stack = levelsOf(nodeId);
    run.startJob({
      ...{ id: jobId, stacks: stack, task: node.task as Task, directory: node.directory, scope, inputs },
      ...(node.blockPath && { blockPath: node.blockPath }),
      ...common,
      onPreview: (payload) => forwardPreview(nodeId, payload),
      onEnd(result, error) {
        live.delete(jobId);
        if (error !== undefined) {
          finish({ error, stack });
          return;
        }
        for (const [handle, value] of Object.entries(result ?? {})) route(nodeId, handle, value);
        note(nodeId, 100);
        endIfIdle();
      },
    });
    run.flowOf.set(jobId, self);
  };

  /** Once of the node itself, and once more of each subflow that forwards it (oocana-protocol 10, 2.5). */
  const forwardPreview = (nodeId: string, payload: unknown, innerId = nodeId) => {
    if (!flow.forward_previews?.includes(nodeId) || isRoot) return;
    session.report("BlockPreview", { ...event, payload, node_id: innerId });
    parent.onPreview(payload, innerId);
  };

  const startWhereComplete = (node: Node) => {
    const handles = handlesOf(node);
    if (handles.some((handle) => !node.queue.get(handle)?.length)) return;
    if (handles.length === 0 && started.has(node.node_id)) return;
    started.add(node.node_id);
    startNode(node, Object.fromEntries(handles.map((handle) => [handle, node.queue.get(handle)?.shift()])));
  };

  const handlesOf = ({ inputs_from = [], inputs_def = [], declared }: Node) => [
    ...new Set(
      [...inputs_from, ...inputs_def, ...declared]
        .filter((def) => "handle" in def)
        .map(({ handle }) => handle),
    ),
  ];

  const put = (node: Node, handle: string, value: unknown) =>
    node.queue.set(handle, [...(node.queue.get(handle) ?? []), value]);

  const route = (from: string, handle: string, value: unknown) => {
    if (isOver) return;
    const isEdge = (edge: { node_id: string; output_handle: string }) =>
      edge.node_id === from && edge.output_handle === handle;
    for (const node of nodes) {
      for (const source of node.inputs_from ?? []) {
        if (!source.from_node?.some(isEdge)) continue;
        put(node, source.handle, value);
        startWhereComplete(node);
      }
    }
    for (const outlet of flow.outputs_from ?? []) {
      if (!outlet.from_node?.some(isEdge)) continue;
      if (isSubflow) session.report("SubflowBlockOutput", { ...event, handle: outlet.handle, output: value });
      parent.onOutput(outlet.handle, value);
    }
  };

  const self: FlowRun = {
    id,
    flow,
    start(inputs, nodesInputs = {}) {
      const opening = { ...event, ...(isSubflow && { inputs }), create_at: Date.now() };
      session.report(isSubflow ? "SubflowBlockStarted" : "FlowStarted", opening);
      for (const node of nodes) fill(node, inputs, nodesInputs[node.node_id] ?? {});
      const ids = nodes.map(({ node_id }) => node_id).sort(() => Math.random() - 0.5);
      if (!isSubflow)
        session.report("FlowNodesWillRun", { ...event, start_nodes: ids, mid_nodes: [], end_nodes: [] });
      for (const node of nodes) startWhereComplete(node);
      for (const node of nodes.filter(({ node_id }) => !started.has(node_id))) warnOfMissing(node);
      endIfIdle();
    },
    addChild: (child) => void live.add(child),
    childEnded(child, isFailed) {
      // One that failed stays for ever, whatever its caller makes of it (oocana-protocol 9.1 #3).
      if (!isFailed) live.delete(child);
      endIfIdle();
    },
  };

  function fill(node: Node, inputs: Record<string, unknown>, given: Record<string, unknown>) {
    for (const { handle, from_flow, from_node, ...source } of node.inputs_from ?? []) {
      for (const { input_handle } of from_flow ?? [])
        if (input_handle in inputs) put(node, handle, inputs[input_handle]);
      for (const edge of from_node ?? []) {
        const constant = `${edge.node_id} ${edge.output_handle}`;
        if (constants.has(constant)) put(node, handle, constants.get(constant));
      }
      if (from_flow?.length || from_node?.length) continue;
      if (handle in given) put(node, handle, given[handle]);
      else if ("value" in source) put(node, handle, source.value);
    }
    const connectable = (node.inputs_from ?? []).map(({ handle }) => handle);
    for (const [handle, value] of Object.entries(given))
      if (!connectable.includes(handle)) put(node, handle, value);
  }

  /** Into the log file, and nowhere else (oocana-protocol 10, 7.2). */
  function warnOfMissing(node: Node) {
    const missing = handlesOf(node).filter((handle) => !node.queue.get(handle)?.length);
    session.files.log(
      `these node won't run because some inputs are not provided: node(${node.node_id}) handles: [${missing}]`,
    );
  }

  return self;
}

const queueOf = () => new Map<string, unknown[]>();

function lastNode({ stack }: Failure): unknown {
  const first = stack[0] as { node_id?: string } | undefined;
  return first?.node_id;
}
