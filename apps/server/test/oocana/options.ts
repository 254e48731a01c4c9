import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";

/** The command line of `oocana run` (oocana-protocol 8.1). */
export interface Options {
  path: string;
  id: string;
  broker: string;
  hasReporter: boolean;
  sessionDirectory: string;
  temporaryRoot: string;
  projectData: string;
  packageDataRoot: string;
  searchPaths: string[];
  inputs: Record<string, unknown>;
  /** The text of a JSON object. */
  nodesInputs: string;
}

const text = { type: "string" } as const;

export function readOptions(): Options {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ broker: text, session: text, inputs: text, reporter: { type: "boolean" } },
      ...{ "session-dir": text, "temp-root": text, "project-data": text, "pkg-data-root": text },
      ...{ "nodes-inputs": text, "retain-env-keys": text, "search-paths": { ...text, multiple: true } },
    },
  });
  const [command, path = ""] = positionals;
  if (command !== "run") throw new Error(`unknown command ${command}`);
  const broker = String(values.broker);
  return {
    path,
    id: values.session ?? randomUUID(),
    // Anything else is passed over in silence (oocana-protocol 8.1).
    broker: /^\d+\.\d+\.\d+\.\d+:\d+$/.test(broker) ? broker : "127.0.0.1:47688",
    hasReporter: values.reporter === true,
    sessionDirectory: String(values["session-dir"]),
    temporaryRoot: String(values["temp-root"]),
    projectData: String(values["project-data"]),
    packageDataRoot: String(values["pkg-data-root"]),
    // So a path with a comma is lost (oocana-protocol 10, 7.3).
    searchPaths: (values["search-paths"] ?? []).flatMap((paths) => paths.split(",")),
    inputs: readLeniently(values.inputs),
    nodesInputs: values["nodes-inputs"] ?? "{}",
  };
}

/** What is no JSON is passed over in silence (oocana-protocol 10, 8.1). */
function readLeniently(json = "{}"): Record<string, unknown> {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
