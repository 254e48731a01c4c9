import { format } from "node:util";
import type { Context } from "../../src/context/context.ts";
import { createContext } from "../../src/context/create-context.ts";
import { createJobChannel, type JobChannel } from "../../src/context/job-channel.ts";
import { createVariableStore } from "../../src/executor/value-files.ts";
import { createMemoryMainframe, type MemoryMainframe } from "../../src/memory-mainframe.ts";
import type { Secrets, ValueStores } from "../../src/values/value-stores.ts";
import type { HandleDefs } from "../../src/wire/messages.ts";

export interface TestContext {
  context: Context;
  channel: JobChannel;
  mainframe: MemoryMainframe;
  /** What only the executor's own log says. */
  localWarnings: string[];
  files: Map<string, Uint8Array | string>;
  stores: ValueStores;
  /** All that was published, parsed, in order. */
  sent(): Record<string, unknown>[];
  /** The same as `type` and the one field that tells it apart. */
  types(): string[];
}

/** A context over memory; files are kept in a map. */
export function openContext(
  options: {
    outputs?: HandleDefs | string[];
    inputs?: Record<string, unknown>;
    environment?: Record<string, string>;
  } = {},
): TestContext {
  const mainframe = createMemoryMainframe();
  const localWarnings: string[] = [];
  const stacks = [{ flow_job_id: "f", flow: "/flow", node_id: "node" }];
  const ids = { mainframe, sessionId: "s", jobId: "j", stacks };
  const channel = createJobChannel({ ...ids, warnLocally: (text) => localWarnings.push(text) });
  const { outputs = ["out"] } = options;
  const { stores, files } = createTestStores();
  const context = createContext({
    ...ids,
    channel,
    blockPath: "/block.oo.yaml",
    inputs: options.inputs ?? {},
    inputsDef: {},
    outputsDef: Array.isArray(outputs)
      ? Object.fromEntries(outputs.map((handle) => [handle, { handle }]))
      : outputs,
    packageName: "demo",
    directories: { sessionDir: "/session", tmpDir: "/tmp/flow", tmpPkgDir: "/tmp/flow/demo" },
    environment: options.environment ?? {},
    stores,
    flowNodeStore: {},
    format,
  });
  const sent = () => mainframe.published.map(({ payload }) => JSON.parse(payload));
  return {
    context,
    channel,
    mainframe,
    localWarnings,
    files,
    stores,
    sent,
    types: () => sent().map(({ type }) => type),
  };
}

/** Stores in memory; `secrets` stands for the user's file. */
export function createTestStores(secrets?: Secrets) {
  const files = new Map<string, Uint8Array | string>();
  const stores: ValueStores = {
    variables: createVariableStore(),
    files: {
      async writeBinary(handle, bytes) {
        const path = `/bin/${handle}-${files.size}`;
        const chunks: Uint8Array[] = [];
        if (bytes instanceof Uint8Array) chunks.push(bytes);
        else for await (const chunk of bytes) chunks.push(chunk);
        files.set(path, Buffer.concat(chunks));
        return path;
      },
      async readBinary(path) {
        const bytes = files.get(path);
        if (!(bytes instanceof Uint8Array)) throw new Error(`no file ${path}`);
        return bytes;
      },
      async writeCsv(pieces) {
        const path = `/csv/${files.size}.csv`;
        files.set(path, [...pieces].join(""));
        return path;
      },
    },
    readSecrets: async () => secrets,
  };
  return { stores, files };
}
