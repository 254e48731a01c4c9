import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { engineError } from "./engine-error.ts";

export interface Source {
  handle: string;
  value?: unknown;
  from_node?: { node_id: string; output_handle: string }[];
  from_flow?: { input_handle: string }[];
}

export interface Handle {
  handle: string;
  json_schema?: object;
  nullable?: boolean;
  value?: unknown;
}

export interface Task {
  executor: { name: string; options?: { entry?: string; function?: string; action?: string } };
  inputs_def?: Handle[];
  outputs_def?: Handle[];
}

/** What a reference stands for. */
export interface Found {
  kind: "task" | "subflow";
  file: string;
  packageDirectory: string;
}

export interface FlowNode {
  node_id: string;
  task?: string | Task;
  subflow?: string;
  slot?: object;
  values?: { handle: string; value: unknown }[];
  inputs_def?: Handle[];
  inputs_from?: Source[];
  ignore?: boolean;
}

export interface Flow {
  file: string;
  packageDirectory: string;
  nodes: FlowNode[];
  inputs_def?: Handle[];
  outputs_from?: Source[];
  forward_previews?: string[];
}

const kinds = [
  ["blocks", "block", "task"],
  ["tasks", "task", "task"],
  ["subflows", "subflow", "subflow"],
] as const;

/** A manifest's own third parent is its package (oocana-protocol 7.1). */
export const packageOf = (file: string): string => dirname(dirname(dirname(file)));

/** Reads what it is asked to run and nothing else: a broken neighbour does not matter (oocana-protocol 10, 7.2). */
export function readFlow(file: string): Flow {
  const manifest = readYaml(file);
  const nodes = (manifest.nodes as FlowNode[]).filter(({ ignore }) => !ignore);
  return { ...manifest, nodes, file, packageDirectory: packageOf(file) };
}

export const readTask = (file: string): Task => readYaml(file) as unknown as Task;

/** The file behind the path on the command line: a folder is that of a flow (oocana-protocol 7.3). */
export function fileOf(path: string): string {
  return statSync(path).isDirectory() ? join(path, "flow.oo.yaml") : path;
}

/** By the names of folders, never by those in manifests (oocana-protocol 7.3). */
export function resolveReference(
  reference: string,
  from: { packageDirectory: string; flowDirectory: string },
  searchPaths: readonly string[],
): Found {
  if (/^(\/|\.\.?\/)/.test(reference)) return inFolder(resolve(from.flowDirectory, reference), reference);
  const [owner = "", name = ""] = reference.split("::");
  const folders =
    owner === "self"
      ? [from.packageDirectory]
      : [...searchPaths, from.flowDirectory].flatMap((path) => packagesIn(path, owner, from));
  for (const directory of folders) {
    for (const [folder, file, kind] of kinds) {
      const path = join(directory, folder, name, `${file}.oo.yaml`);
      if (isFile(path)) return { kind, file: path, packageDirectory: directory };
    }
  }
  throw engineError(`block ${reference} not found. search paths: ${searchPaths.join(",")}`);
}

function packagesIn(path: string, owner: string, { packageDirectory }: { packageDirectory: string }) {
  const wanted = dependenciesOf(packageDirectory)[owner];
  const names = readNames(join(path, dirname(owner)));
  const versioned = names
    .filter((name) => name.startsWith(`${basename(owner)}-`))
    .filter((name) => readIfThere(join(path, dirname(owner), name))?.name !== undefined)
    .sort((one, other) => other.localeCompare(one, "en", { numeric: true }));
  const named = wanted ? [`${basename(owner)}-${wanted}`] : [...versioned, basename(owner)];
  return [...named, ...(wanted ? [basename(owner)] : [])].map((name) => join(path, dirname(owner), name));
}

function dependenciesOf(directory: string): Record<string, string> {
  return (readIfThere(directory)?.dependencies as Record<string, string>) ?? {};
}

function readIfThere(directory: string): Record<string, unknown> | undefined {
  const file = join(directory, "package.oo.yaml");
  return isFile(file) ? readYaml(file) : undefined;
}

function inFolder(path: string, reference: string): Found {
  for (const [, file, kind] of kinds) {
    const candidates = [join(path, `${file}.oo.yaml`), path, `${path}.oo.yaml`];
    const found = candidates.find((one) => isFile(one) && basename(one).startsWith(file));
    if (found) return { kind, file: found, packageDirectory: packageOf(found) };
  }
  throw engineError(`block ${reference} not found`);
}

function readYaml(file: string): Record<string, unknown> & { nodes?: unknown } & Omit<Flow, "nodes"> {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw engineError(`failed to read ${file}: ${(error as Error).message}`);
  }
}

function readNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

export function byHandle<Def extends Handle>(handles: readonly Def[]): Record<string, Def> {
  return Object.fromEntries(handles.filter((def) => "handle" in def).map((def) => [def.handle, def]));
}
