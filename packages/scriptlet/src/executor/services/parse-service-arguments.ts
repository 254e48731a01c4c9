import { parseArgs } from "node:util";

/** The command line with which an executor starts the process of a service (oocana-protocol 6.11). */
export interface ServiceArguments {
  address: string;
  sessionDir: string;
  serviceHash: string;
  /** Absent for a service that outlives its session. */
  sessionId: string | undefined;
}

export function formatServiceArguments(service: ServiceArguments): string[] {
  const { address, sessionDir, serviceHash, sessionId } = service;
  const session = sessionId === undefined ? [] : [`--session-id=${sessionId}`];
  return [`--address=${address}`, `--session-dir=${sessionDir}`, ...session, `--service-hash=${serviceHash}`];
}

/** Undefined if the program was not started as a service: engines never pass `--service-hash`. */
export function parseServiceArguments(argv: string[]): ServiceArguments | undefined {
  if (!argv.some((argument) => argument.startsWith("--service-hash="))) return undefined;
  const { values } = parseArgs({
    args: argv,
    options: {
      address: { type: "string", default: "" },
      "session-dir": { type: "string", default: "" },
      "session-id": { type: "string" },
      "service-hash": { type: "string", default: "" },
    },
  });
  return {
    address: values.address,
    sessionDir: values["session-dir"],
    serviceHash: values["service-hash"],
    sessionId: values["session-id"],
  };
}
