import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  type BlockManifest,
  type HandleManifest,
  readBlockManifest,
  readPackageManifest,
} from "./manifest.ts";

/** One package folder with the blocks that it offers. */
export interface InstalledPackage {
  name: string;
  /** `0.0.0` where the manifest has none. */
  version: string;
  /** Absolute. */
  directory: string;
  blocks: InstalledBlock[];
}

/** A block that can be run. */
export interface InstalledBlock {
  packageName: string;
  packageVersion: string;
  /** Absolute folder of the package: the scope that executors are started for. */
  packageDirectory: string;
  name: string;
  /** Absolute folder of the block, which its entry is relative to. */
  directory: string;
  /** Absolute path of its manifest. */
  manifestFile: string;
  /** What clients see instead: `/packages/NAME-VERSION/tasks/BLOCK`; they read the version off it. */
  path: string;
  description?: string;
  executor: { name: string; options?: { entry?: string; function?: string; spawn: boolean } };
  /** Absent where the manifest has no `inputs_def`. */
  inputs?: HandleManifest[];
  /** Absent where the manifest has no `outputs_def`. */
  outputs?: HandleManifest[];
  /** The caller may give handles that are not declared. */
  additionalInputs: boolean;
}

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
  };
  // `blocks/` is searched first, so its block hides a task of the same name.
  const blocks = [
    ...(await readBlocks(installed, "blocks", "block")),
    ...(await readBlocks(installed, "tasks", "task")),
  ];
  const byName = new Map(blocks.toReversed().map((block) => [block.name, block]));
  installed.blocks = [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  return installed;
}

function nameOfFolder(directory: string, version: string): string {
  const folder = basename(directory);
  return folder.endsWith(`-${version}`) ? folder.slice(0, -version.length - 1) : folder;
}

async function readBlocks(owner: InstalledPackage, kind: string, file: string): Promise<InstalledBlock[]> {
  const folders = await readdir(join(owner.directory, kind)).catch(() => []);
  const blocks = await Promise.all(
    folders.map(async (name) => {
      const directory = join(owner.directory, kind, name);
      const manifestFile = await findManifest(directory, file);
      if (manifestFile === undefined) return [];
      const manifest = await readBlockManifest(manifestFile);
      const path = `/packages/${owner.name}-${owner.version}/${kind}/${name}`;
      return [describeBlock(owner, { name, directory, manifestFile, path }, manifest)];
    }),
  );
  return blocks.flat();
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

function describeBlock(
  owner: InstalledPackage,
  place: Pick<InstalledBlock, "name" | "directory" | "manifestFile" | "path">,
  manifest: BlockManifest,
): InstalledBlock {
  const options = manifest.executor.options;
  return {
    packageName: owner.name,
    packageVersion: owner.version,
    packageDirectory: owner.directory,
    ...place,
    ...(manifest.description ? { description: manifest.description } : {}),
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
    ...(manifest.inputs_def && { inputs: manifest.inputs_def }),
    ...(manifest.outputs_def && { outputs: manifest.outputs_def }),
    additionalInputs: manifest.additional_inputs,
  };
}
