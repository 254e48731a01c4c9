import { blockNodeId } from "../../inputs/node-inputs.ts";
import type { JsonText } from "../../json-text.ts";
import type { PackagePlace } from "./link-packages.ts";

export interface OocanaRun {
  manifestFile: string;
  brokerAddress: string;
  sessionId: string;
  /** By node; those of the flow itself under `"_"`. */
  inputs: JsonText;
  sessionDirectory: string;
  temporaryDirectory: string;
  /** Of the flow's own package. */
  packageDataDirectory: string;
  /** Holds the data of every package, by name. */
  dataRootDirectory: string;
  searchPaths: readonly string[];
  retainedVariables: readonly string[];
}

/** The command line of `oocana run` (oocana-protocol 8.1). */
export function oocanaArguments(run: OocanaRun): string[] {
  const { [blockNodeId]: own, ...ofNodes } = run.inputs.toJSON() as Record<string, unknown>;
  return [
    ...["run", run.manifestFile, "--reporter", "--broker", run.brokerAddress, "--session", run.sessionId],
    ...["--session-dir", run.sessionDirectory, "--temp-root", run.temporaryDirectory],
    ...["--project-data", run.packageDataDirectory, "--pkg-data-root", run.dataRootDirectory],
    ...run.searchPaths.flatMap((path) => ["--search-paths", path]),
    ...(run.retainedVariables.length > 0 ? ["--retain-env-keys", run.retainedVariables.join(",")] : []),
    ...(own === undefined ? [] : ["--inputs", JSON.stringify(own)]),
    ...(Object.keys(ofNodes).length > 0 ? ["--nodes-inputs", JSON.stringify(ofNodes)] : []),
  ];
}

/** The folders in which the engine finds packages by name (oocana-protocol 7.3), each once. */
export function searchPathsOf(places: readonly PackagePlace[]): string[] {
  const parents = places.map(({ directory, name }) => {
    // A name may have a scope, which is a folder of its own.
    const depth = name.split("/").length;
    return directory.split(/[\\/]/).slice(0, -depth).join("/") || "/";
  });
  return [...new Set(parents)];
}
