import type { Mainframe } from "../mainframe.ts";
import { preparePreview } from "../previews/prepare-preview.ts";
import { createRequests } from "../requests.ts";
import { encodeValue } from "../values/encode-value.ts";
import { toSendable } from "../values/to-sendable.ts";
import type { ValueStores } from "../values/value-stores.ts";
import type { HandleDefs, StackLevel } from "../wire/messages.ts";
import { type Context, type Downstream, keepAlive, type QueriedBlock } from "./context.ts";
import { createEnvironmentMembers, type Environment } from "./environment.ts";
import type { JobChannel } from "./job-channel.ts";
import { joinOutputs } from "./join-outputs.ts";
import { createLogger, type Format } from "./logger.ts";
import { createOutputs } from "./outputs.ts";
import { runBlock } from "./run-block.ts";

export interface ContextOptions {
  channel: JobChannel;
  mainframe: Mainframe;
  sessionId: string;
  jobId: string;
  stacks: readonly StackLevel[];
  blockPath: string | undefined;
  trace?: Context["trace"];
  /** Already resolved. */
  inputs: Record<string, unknown>;
  inputsDef: HandleDefs;
  outputsDef: HandleDefs;
  /** Tests without a manifest may send any handle. Default false. */
  allowUndeclaredOutputs?: boolean;
  packageName: string;
  directories: { sessionDir: string; tmpDir: string; tmpPkgDir: string };
  environment: Environment;
  stores: ValueStores;
  flowNodeStore: Record<string, unknown>;
  format: Format;
}

/** Joins the parts of a block's context. Its methods may be detached: none of them needs `this`. */
export function createContext(options: ContextOptions): Context {
  const { channel, mainframe, sessionId, jobId, blockPath, stores, directories } = options;
  const stacks = Object.freeze([...options.stacks]);
  const nodeId = stacks.at(-1)?.node_id ?? "none";
  const jobInfo = Object.freeze({ session_id: sessionId, job_id: jobId });
  const requests = createRequests({ mainframe, outbox: channel.outbox, sessionId, jobId });
  void channel.whenFinished.then(() => requests.close());

  const warn = (text: string) => channel.warn(text);
  const forPeople = (value: unknown, title: string) =>
    toSendable(value, { title, path: "payload", strict: false }, warn) ?? null;
  const logJSON = (json: unknown) =>
    channel.toObservers({ type: "BlockLogJSON", json: forPeople(json, "logJSON()") });
  const { output, outputs, encodeResult } = createOutputs({
    channel,
    outputsDef: options.outputsDef,
    allowUndeclared: options.allowUndeclaredOutputs ?? false,
    encode: (def, value) => encodeValue(def, value, { sessionId, jobId, stores, warn }),
  });

  const members: Omit<Context, keyof ReturnType<typeof createEnvironmentMembers> | keyof typeof directories> =
    {
      inputs: Object.freeze(options.inputs),
      inputsDef: Object.freeze(options.inputsDef),
      outputsDef: Object.freeze(options.outputsDef),
      output,
      outputs,
      keepAlive,
      finish(ending) {
        // A second finish must neither warn about handles nor write files.
        const error = ending?.error ?? undefined;
        if (error === "") return channel.finish({ error: "The block ended itself with an empty error." });
        if (error !== undefined) return channel.finish({ error });
        const result = ending?.result ?? undefined;
        return channel.finish(channel.isFinished || result === undefined ? undefined : encodeResult(result));
      },

      async preview(payload, id) {
        let prepared: object | Promise<object> | undefined;
        try {
          prepared = preparePreview(payload, id, stores.files, warn);
        } catch (error) {
          return channel.error(error);
        }
        if (prepared === undefined) return;
        const asShown = (ready: object) => forPeople(ready, "preview()");
        if (prepared instanceof Promise)
          return channel.toEngine(prepared.then((ready) => asPreviewRequest(asShown(ready))));
        const shown = asShown(prepared);
        // What there was to show has been left out, with a warning.
        if (typeof shown === "object" && shown !== null && "data" in prepared && !("data" in shown)) return;
        return channel.toEngine(asPreviewRequest(shown));
      },
      reportProgress: channel.progress.report,
      reportLog: (line, stdio = "stdout") =>
        channel.log(String(line), stdio === "stderr" ? "stderr" : "stdout"),
      logJSON,
      logJson: logJSON,
      sendMessage: (payload) =>
        channel.toObservers({ type: "BlockMessage", payload: forPeople(payload, "sendMessage()") }),
      sendWarning: warn,
      warning: warn,
      sendError: channel.error,
      error: channel.error,
      logger: createLogger(channel.log, options.format),

      sessionId,
      jobId,
      nodeId,
      node_id: nodeId,
      stacks,
      block_path: blockPath,
      jobInfo,
      blockInfo: Object.freeze({
        ...jobInfo,
        stacks,
        ...(blockPath !== undefined && { block_path: blockPath }),
      }),
      trace: options.trace && Object.freeze(options.trace),
      packageName: options.packageName,
      flowNodeStore: options.flowNodeStore,

      // The engine's answer is described in oocana-protocol 2.4; it is not checked again here.
      queryBlock: async (block) =>
        (await requests.ask({
          action: "QueryBlock",
          title: `queryBlock ${block}`,
          fields: { block },
        })) as QueriedBlock,
      queryDownstream,
      queryAuth: async (credential) => {
        const title = `queryAuth for ${credential.type} ${credential.name}`;
        const answer = await requests.ask({ action: "QueryAuth", title, fields: { payload: credential.id } });
        return answer as Record<string, string>;
      },
      runBlock: (block, runOptions = {}, strict = false) =>
        runBlock({
          ...runOptions,
          inputs: toSendable(
            runOptions.inputs ?? {},
            { title: `runBlock ${block}`, path: "inputs" },
            warn,
          ) as Record<string, unknown>,
          block,
          strict,
          mainframe,
          requests,
          sessionId,
          stacks,
          onListenerError: channel.error,
        }),
      joinOutputs,
      internal: { updateNodeWeight },
    };
  const fromEnvironment = createEnvironmentMembers(options.environment, warn);
  // Getters warn when read, or make a folder, so they are copied without being read.
  return Object.defineProperties(members, {
    ...Object.getOwnPropertyDescriptors(directories),
    ...Object.getOwnPropertyDescriptors(fromEnvironment),
  }) as Context;

  function asPreviewRequest(payload: unknown): object {
    return { type: "BlockRequest", action: "Preview", request_id: crypto.randomUUID(), payload };
  }

  async function queryDownstream(handles?: string[]): Promise<Record<string, Downstream>> {
    const title = `queryDownstream of ${handles?.join(", ") ?? "all outputs"}`;
    const fields = handles === undefined ? {} : { outputs: handles };
    const answer = (await requests.ask({ action: "QueryDownstream", title, fields })) as Record<
      string,
      Downstream
    >;
    const entries = Object.entries(answer ?? {});
    return Object.fromEntries(
      handles === undefined ? entries : entries.filter(([handle]) => handles.includes(handle)),
    );
  }

  function updateNodeWeight(node: string, weight: number): Promise<void> {
    if (!Number.isFinite(weight) || weight < 0) {
      throw new RangeError(`updateNodeWeight() needs a finite weight ≥ 0, not ${weight}.`);
    }
    return requests.tell("UpdateNodeWeight", { node_id: node, weight });
  }
}
