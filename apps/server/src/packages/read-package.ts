import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type FlowNode, nodesOf, readFlowManifest } from "./flow-manifest.ts";
import {
  type BlockManifest,
  type HandleManifest,
  inexactNumbersOf,
  ManifestError,
  readBlockManifest,
  readPackageManifest,
} from "./manifest.ts";
import { isFolderName } from "./package-data.ts";
import type { PackageProblem } from "./package-problem.ts";
import { findMissingWords, type PackageWords, readWords, wordsFolder } from "./package-words.ts";
import { publicPath } from "./public-path.ts";
import { findSchemaProblems } from "./schema-problems.ts";

/** One package folder with what it offers. */
export interface InstalledPackage {
  name: string;
  /** `0.0.0` if the manifest has none. */
  version: string;
  /** Absolute. */
  directory: string;
  blocks: InstalledBlock[];
  /** Subflows included. */
  flows: InstalledFlow[];
  /** What is wrong with it; packages that an older version has read have none. */
  problems?: PackageProblem[];
  /** The words for `%key%` in titles and descriptions, by language. */
  words?: PackageWords;
}

/** What a task can run. */
export type Runnable = InstalledBlock | InstalledFlow;

export const isFlow = (runnable: Runnable): runnable is InstalledFlow => "nodes" in runnable;

interface Installed {
  packageName: string;
  packageVersion: string;
  /** Absolute folder of the package: the scope that executors are started for. */
  packageDirectory: string;
  /** That of its folder, or `flows/FOLDER` if something else of the package has this name and comes first. */
  name: string;
  /** Absolute folder of its own, which the entry of a block is relative to. */
  directory: string;
  /** Absolute path of its manifest. */
  manifestFile: string;
  /** What clients see instead: `/packages/NAME-VERSION/VERSION/tasks/BLOCK`. */
  path: string;
  /** What people call it. */
  title?: string;
  description?: string;
  /** Absent if the manifest has no `inputs_def`. */
  inputs?: HandleManifest[];
  /** Absent if the manifest has no `outputs_def`. */
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
  /** Whoever uses it sees previews of nodes inside. */
  forwardsPreviews?: boolean;
}

/** The folders of a package in which blocks and flows lie, in the order in which the engine looks for a name. */
export const runnableKinds = ["blocks", "tasks", "subflows", "flows"] as const;
type RunnableKind = (typeof runnableKinds)[number];

/** What an old workspace has instead of the manifest of a package; the rest is laid out alike. */
const manifestNames = ["package", "workspace"] as const;

/** Whether a folder has the manifest of a package. */
export async function findPackageManifest(directory: string): Promise<string | undefined> {
  for (const name of manifestNames) {
    const file = await findManifest(directory, name);
    if (file !== undefined) return file;
  }
  return undefined;
}

/**
 * Reads a folder in OOMOL's layout, or answers `undefined` if it is not a package. A block whose manifest cannot be used is one of
 * its problems; throws if that of the package itself cannot be used.
 */
export async function readPackage(directory: string): Promise<InstalledPackage | undefined> {
  const manifestFile = await findPackageManifest(directory);
  if (manifestFile === undefined) return undefined;
  const manifest = await readPackageManifest(manifestFile);
  const version = manifest.version ?? "0.0.0";
  const isWorkspace = basename(manifestFile).startsWith("workspace.");
  const problems: PackageProblem[] = [];
  const owner: PackageOwner = {
    // The name of a workspace is a title.
    name: (isWorkspace ? undefined : manifest.name) ?? nameOfFolder(directory, version),
    version,
    directory,
    problems,
  };
  if (!isFolderName(owner.name)) {
    const shown = JSON.stringify(owner.name.slice(0, 200));
    throw new ManifestError(
      manifestFile,
      `the name ${shown} is none that a folder may have: it is "." or "..", or has a "\\", a control character, or a "/" that is not that of "@SCOPE/NAME"`,
    );
  }
  for (const problem of manifest.problems) {
    problems.push({ path: publicPath(owner), message: `In ${basename(manifestFile)}, ${problem}.` });
  }
  const blocks = [
    ...(await readBlocks(owner, "blocks", "block")),
    ...(await readBlocks(owner, "tasks", "task")),
  ];
  const flows = [
    ...(await readFlows(owner, "subflows", "subflow")),
    ...(await readFlows(owner, "flows", "flow")),
  ];
  giveNames([...blocks, ...flows], problems);
  problems.push(...[...blocks, ...flows].flatMap(findSchemaProblems));
  const words = await readWords(directory, (file, reason) => {
    const path = `${publicPath(owner)}/${wordsFolder}/${file}`;
    problems.push({ path, message: `Not all of its words can be used: ${reason}.` });
  });
  problems.push(...[...blocks, ...flows].flatMap((one) => wordProblems(one, words)));
  return { ...owner, blocks: blocks.sort(byName), flows: flows.sort(byName), words };
}

function wordProblems({ path, title, description, inputs, outputs }: Installed, words: PackageWords) {
  return findMissingWords([title, description, inputs, outputs], words).map((key) => {
    return { path, message: `"%${key}%" is shown as it is: no language in ${wordsFolder} has "${key}".` };
  });
}

type PackageOwner = Pick<InstalledPackage, "name" | "version" | "directory"> & { problems: PackageProblem[] };

function byName(one: Installed, other: Installed): number {
  return one.name < other.name ? -1 : 1;
}

/** Of those with one name the first keeps it; the others are told apart by their kind. */
function giveNames(found: readonly Installed[], problems: PackageProblem[]): void {
  const owners = new Map<string, Installed>();
  for (const one of found) {
    const first = owners.get(one.name);
    if (!first) {
      owners.set(one.name, one);
      continue;
    }
    const [name, firstKind] = [kindAndName(one), kindAndName(first)];
    problems.push({
      path: one.path,
      message: `${one.packageName}::${one.name} is ${firstKind}; run this one as ${one.packageName}::${name}.`,
    });
    one.name = name;
  }
}

/** `flows/NAME`: the two last parts of its path. */
export function kindAndName({ path }: Pick<Installed, "path">): string {
  return path.split("/").slice(-2).join("/");
}

function nameOfFolder(directory: string, version: string): string {
  const folder = basename(directory);
  return folder.endsWith(`-${version}`) ? folder.slice(0, -version.length - 1) : folder;
}

async function readBlocks(owner: PackageOwner, kind: RunnableKind, file: string): Promise<InstalledBlock[]> {
  return readPlaces(owner, kind, file, async (place) =>
    describeBlock(owner, place, await readBlockManifest(place.manifestFile)),
  );
}

async function readFlows(owner: PackageOwner, kind: RunnableKind, file: string): Promise<InstalledFlow[]> {
  return readPlaces(owner, kind, file, async (place) => {
    const manifest = await readFlowManifest(place.manifestFile);
    const { forward_previews: forwarded } = manifest;
    const forwardsPreviews = Array.isArray(forwarded) && forwarded.length > 0;
    return {
      ...describe(owner, place, manifest),
      nodes: nodesOf(manifest),
      ...(forwardsPreviews && { forwardsPreviews }),
    };
  });
}

/** Those that can be read; the others are problems of their package. */
async function readPlaces<One>(
  owner: PackageOwner,
  kind: RunnableKind,
  file: string,
  read: (place: Place) => Promise<One>,
): Promise<One[]> {
  const places = await findPlaces(owner, kind, file);
  const found = await Promise.all(
    places.map(async (place) => {
      try {
        const one = await read(place);
        owner.problems.push(...findInexactNumbers(place));
        return [one];
      } catch (error) {
        if (!(error instanceof ManifestError)) throw error;
        const message = `${basename(place.manifestFile)} cannot be used: ${error.reason}.`;
        owner.problems.push({ path: place.path, message });
        return [];
      }
    }),
  );
  return found.flat();
}

function findInexactNumbers({ path, manifestFile }: Place): PackageProblem[] {
  return inexactNumbersOf(manifestFile).map((clause) => {
    return { path, message: `In ${basename(manifestFile)}, ${clause}.` };
  });
}

type Place = Pick<Installed, "name" | "directory" | "manifestFile" | "path">;

/** The folders of one kind that have a manifest. */
async function findPlaces(owner: PackageOwner, kind: RunnableKind, file: string): Promise<Place[]> {
  const folders = await readdir(join(owner.directory, kind)).catch(() => []);
  const places = await Promise.all(
    folders.map(async (name) => {
      const directory = join(owner.directory, kind, name);
      const manifestFile = await findManifest(directory, file);
      if (manifestFile === undefined) return [];
      return [{ name, directory, manifestFile, path: `${publicPath(owner)}/${kind}/${name}` }];
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
  owner: PackageOwner,
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

function describeBlock(owner: PackageOwner, place: Place, manifest: BlockManifest): InstalledBlock {
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
