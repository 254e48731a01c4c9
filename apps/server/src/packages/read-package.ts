import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type FlowNode, nodesOf, readFlowManifest } from "./flow-manifest.ts";
import {
  type BlockManifest,
  type HandleManifest,
  readBlockManifest,
  readPackageManifest,
} from "./manifest.ts";

/** One package folder with what it offers. */
export interface InstalledPackage {
  name: string;
  /** `0.0.0` where the manifest has none. */
  version: string;
  /** Absolute. */
  directory: string;
  blocks: InstalledBlock[];
  /** Subflows included. */
  flows: InstalledFlow[];
}

/** What a task can run. */
export type Runnable = InstalledBlock | InstalledFlow;

export const isFlow = (runnable: Runnable): runnable is InstalledFlow => "nodes" in runnable;

interface Installed {
  packageName: string;
  packageVersion: string;
  /** Absolute folder of the package: the scope that executors are started for. */
  packageDirectory: string;
  name: string;
  /** Absolute folder of its own, which the entry of a block is relative to. */
  directory: string;
  /** Absolute path of its manifest. */
  manifestFile: string;
  /** What clients see instead: `/packages/NAME-VERSION/tasks/BLOCK`; they read the version off it. */
  path: string;
  /** What people call it. */
  title?: string;
  description?: string;
  /** Absent where the manifest has no `inputs_def`. */
  inputs?: HandleManifest[];
  /** Absent where the manifest has no `outputs_def`. */
  outputs?: HandleManifest[];
}

/** A block that an executor runs. */
export interface InstalledBlock extends Installed {
  executor: { name: string; options?: { entry?: string; function?: string; spawn: boolean } };
  /** The caller may give handles that are not declared. */
  additionalInputs: boolean;
  /** Whoever runs it may declare further outputs. */
  additionalOutputs: boolean;
}

/** A flow or subflow, which the engine itself runs. */
export interface InstalledFlow extends Installed {
  nodes: FlowNode[];
}

/** The folders of a package in which blocks and flows lie. */
export const runnableKinds = ["blocks", "tasks", "flows", "subflows"] as const;
type RunnableKind = (typeof runnableKinds)[number];

/** Reads a folder in OOMOL's layout; throws where a manifest cannot be used, or answers `undefined` where it is not a package. */
export async function readPackage(directory: string): Promise<InstalledPackage | undefined> {
  const manifestFile = await findManifest(directory, "package");
  if (manifestFile === undefined) return undefined;
  const manifest = await readPackageManifest(manifestFile);
  const version = manifest.version ?? "0.0.0";
  const installed: InstalledPackage = {
    name: manifest.name ?? nameOfFolder(directory, version),
    version,
    directory,
    blocks: [],
    flows: [],
  };
  // `blocks/` is searched first, so its block hides a task of the same name.
  const blocks = [
    ...(await readBlocks(installed, "blocks", "block")),
    ...(await readBlocks(installed, "tasks", "task")),
  ];
  installed.blocks = firstOfEachName(blocks);
  const isBlock = (name: string) => installed.blocks.some((block) => block.name === name);
  const flows = [
    ...(await readFlows(installed, "flows", "flow")),
    ...(await readFlows(installed, "subflows", "subflow")),
  ];
  installed.flows = firstOfEachName(flows.filter(({ name }) => !isBlock(name)));
  return installed;
}

function firstOfEachName<One extends Installed>(found: readonly One[]): One[] {
  const byName = new Map(found.toReversed().map((one) => [one.name, one]));
  return [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function nameOfFolder(directory: string, version: string): string {
  const folder = basename(directory);
  return folder.endsWith(`-${version}`) ? folder.slice(0, -version.length - 1) : folder;
}

async function readBlocks(
  owner: InstalledPackage,
  kind: RunnableKind,
  file: string,
): Promise<InstalledBlock[]> {
  const places = await findPlaces(owner, kind, file);
  return Promise.all(
    places.map(async (place) => describeBlock(owner, place, await readBlockManifest(place.manifestFile))),
  );
}

async function readFlows(
  owner: InstalledPackage,
  kind: RunnableKind,
  file: string,
): Promise<InstalledFlow[]> {
  const places = await findPlaces(owner, kind, file);
  return Promise.all(
    places.map(async (place) => {
      const manifest = await readFlowManifest(place.manifestFile);
      return { ...describe(owner, place, manifest), nodes: nodesOf(manifest) };
    }),
  );
}

type Place = Pick<Installed, "name" | "directory" | "manifestFile" | "path">;

/** The folders of one kind that have a manifest. */
async function findPlaces(owner: InstalledPackage, kind: RunnableKind, file: string): Promise<Place[]> {
  const folders = await readdir(join(owner.directory, kind)).catch(() => []);
  const places = await Promise.all(
    folders.map(async (name) => {
      const directory = join(owner.directory, kind, name);
      const manifestFile = await findManifest(directory, file);
      if (manifestFile === undefined) return [];
      return [
        { name, directory, manifestFile, path: `/packages/${owner.name}-${owner.version}/${kind}/${name}` },
      ];
    }),
  );
  return places.flat();
}

/** The path of `NAME.oo.yaml` or `NAME.oo.yml` in a folder. */
export async function findManifest(directory: string, name: string): Promise<string | undefined> {
  for (const extension of ["yaml", "yml"]) {
    const file = join(directory, `${name}.oo.${extension}`);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) return file;
  }
  return undefined;
}

function describe(
  owner: InstalledPackage,
  place: Place,
  manifest: Pick<BlockManifest, "title" | "description" | "inputs_def" | "outputs_def">,
): Installed {
  return {
    packageName: owner.name,
    packageVersion: owner.version,
    packageDirectory: owner.directory,
    ...place,
    ...(manifest.title ? { title: manifest.title } : {}),
    ...(manifest.description ? { description: manifest.description } : {}),
    ...(manifest.inputs_def && { inputs: manifest.inputs_def }),
    ...(manifest.outputs_def && { outputs: manifest.outputs_def }),
  };
}

function describeBlock(owner: InstalledPackage, place: Place, manifest: BlockManifest): InstalledBlock {
  const options = manifest.executor.options;
  return {
    ...describe(owner, place, manifest),
    executor: {
      name: manifest.executor.name,
      ...(options && {
        options: {
          ...(options.entry != null && { entry: options.entry }),
          ...(options.function != null && { function: options.function }),
          spawn: options.spawn ?? false,
        },
      }),
    },
    additionalInputs: manifest.additional_inputs,
    additionalOutputs: manifest.additional_outputs,
  };
}
