import { blockNodeId } from "../../inputs/node-inputs.ts";
import type { FlowInputs } from "./flow-with-values.ts";

export interface OocanaRun {
  manifestFile: string;
  brokerAddress: string;
  sessionId: string;
  /** By node; those of the flow itself under `"_"`. */
  inputs: FlowInputs;
  sessionDirectory: string;
  temporaryDirectory: string;
  /** Of the flow's own package. */
  packageDataDirectory: string;
  /** Holds the data of every package, by name. */
  dataRootDirectory: string;
  /** The folder in which packages are found by name. */
  searchPath: string;
  retainedVariables: readonly string[];
}

/** The command line of `oocana run` (oocana-protocol 8.1). */
export function oocanaArguments(run: OocanaRun): string[] {
  const { [blockNodeId]: own, ...ofNodes } = run.inputs;
  return [
    ...["run", run.manifestFile, "--reporter", "--broker", run.brokerAddress, "--session", run.sessionId],
    ...["--session-dir", run.sessionDirectory, "--temp-root", run.temporaryDirectory],
    ...["--project-data", run.packageDataDirectory, "--pkg-data-root", run.dataRootDirectory],
    ...["--search-paths", run.searchPath],
    ...(run.retainedVariables.length > 0 ? ["--retain-env-keys", run.retainedVariables.join(",")] : []),
    ...(own === undefined ? [] : ["--inputs", JSON.stringify(own)]),
    ...(Object.keys(ofNodes).length > 0 ? ["--nodes-inputs", JSON.stringify(ofNodes)] : []),
  ];
}
