import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";

interface Source {
  handle: string;
  value?: unknown;
  from_node?: { node_id: string; output_handle: string }[];
  from_flow?: { input_handle: string }[];
}

interface Handle {
  handle: string;
  json_schema?: object;
}

export interface Task {
  executor: { name: string; options?: { entry?: string; function?: string } };
  inputs_def?: Handle[];
  outputs_def?: Handle[];
}

export interface FlowNode {
  id: string;
  task: Task;
  /** Directory that the entry is relative to. */
  directory: string;
  /** Absent for an inline task. */
  blockPath?: string;
  sources: Source[];
}

export interface Flow {
  file: string;
  isSubflow: boolean;
  packageDirectory: string;
  nodes: FlowNode[];
  outputs: { handle: string; from_node?: { node_id: string; output_handle: string }[] }[];
}

/** A flow as `oocana run` reads it (oocana-protocol 7, 8): a directory with `flow.oo.yaml`, or the file itself. */
export function readFlow(path: string, searchPaths: readonly string[]): Flow {
  const file = statSync(path).isDirectory() ? join(path, "flow.oo.yaml") : path;
  const manifest = parse(readFileSync(file, "utf8"));
  const packageDirectory = dirname(dirname(dirname(file)));
  const nodes = manifest.nodes.map(
    (node: { node_id: string; task: string | Task; inputs_from?: Source[] }) => ({
      id: node.node_id,
      sources: node.inputs_from ?? [],
      ...(typeof node.task === "string"
        ? readTask(node.task, packageDirectory, searchPaths)
        : { task: node.task, directory: dirname(file) }),
    }),
  );
  const isSubflow = basename(file).startsWith("subflow");
  return { file, isSubflow, packageDirectory, nodes, outputs: manifest.outputs_from ?? [] };
}

function readTask(reference: string, packageDirectory: string, searchPaths: readonly string[]) {
  const [owner = "", name = ""] = reference.split("::");
  const packages = owner === "self" ? [packageDirectory] : searchPaths.map((path) => join(path, owner));
  for (const directory of packages) {
    for (const [kind, file] of [
      ["blocks", "block.oo.yaml"],
      ["tasks", "task.oo.yaml"],
    ] as const) {
      const blockPath = join(directory, kind, name, file);
      const text = readIfThere(blockPath);
      if (text !== undefined) return { task: parse(text) as Task, directory: dirname(blockPath), blockPath };
    }
  }
  throw new Error(`block ${reference} not found in ${packages.join(", ")}`);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
