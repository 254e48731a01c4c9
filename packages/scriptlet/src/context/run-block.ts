import { RequestFailedError } from "../errors/request-failed-error.ts";
import { RequestTimeoutError } from "../errors/request-timeout-error.ts";
import type { Mainframe, Unsubscribe } from "../mainframe.ts";
import type { Requests } from "../requests.ts";
import { decodeMessage } from "../wire/codec.ts";
import type { HandleDef, StackLevel } from "../wire/messages.ts";
import { topics } from "../wire/topics.ts";
import type { OutputSource } from "./output-source.ts";

/** The engine reports a child at once; silence means that it runs without a reporter (oocana-protocol 2.4). */
const firstEventTimeoutMs = 30_000;

/** The inputs of the started block. */
export interface RunBlockOptions {
  inputs?: Record<string, unknown>;
  /** Inputs that the block does not declare itself, if it allows such. */
  additional_inputs_def?: HandleDef[];
  /** Outputs that the block does not declare itself, if it allows such. */
  additional_outputs_def?: HandleDef[];
}

/** A block started by another block. */
export interface BlockJob {
  readonly blockJobId: string;
  /** 0…100; 100 when it has succeeded. */
  onProgress: OutputSource<number>;
  onMessage: OutputSource;
  onPreview: OutputSource;
  /** All outputs as `{ handle: value }`, or, given a handle, a source of that handle's values. */
  onOutput: OutputSource<Record<string, unknown>> & ((handle: string) => OutputSource);
  /** Settles when the block has ended. @throws {@link RequestFailedError} with the block's error. */
  finish(): Promise<void>;
  /** Stops listening; the block itself cannot be stopped. */
  dispose(): void;
}

export interface RunBlockCall extends RunBlockOptions {
  block: string;
  strict: boolean;
  mainframe: Mainframe;
  requests: Requests;
  sessionId: string;
  stacks: readonly StackLevel[];
  /** Called if a listener throws. */
  onListenerError(error: unknown): void;
}

/** Starts a block and listens to what the engine reports about it. */
export function runBlock(call: RunBlockCall): BlockJob {
  const { block, mainframe, requests, sessionId, onListenerError } = call;
  if (block === "") throw new TypeError('runBlock() needs the name of a block, such as "self::shout".');
  const blockJobId = crypto.randomUUID();
  const title = `runBlock ${block}`;
  const progress = createListeners<number>(onListenerError);
  const messages = createListeners<unknown>(onListenerError);
  const previews = createListeners<unknown>(onListenerError);
  const outputs = createListeners<Record<string, unknown>>(onListenerError);

  let settle: (error?: unknown) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error));
  });
  // Nobody has to await finish().
  ended.catch(() => undefined);
  const over = new AbortController();
  let firstEventTimer: ReturnType<typeof setTimeout> | undefined = setTimeout(() => {
    end(new RequestTimeoutError(title, firstEventTimeoutMs, "Is the engine running with --reporter?"));
  }, firstEventTimeoutMs);

  // Listening first: the child may be faster than our acknowledgement.
  const subscriptions: Promise<Unsubscribe>[] = [
    mainframe.subscribe(topics.report, hear(true)),
    mainframe.subscribe(topics.session(sessionId), hear(false)),
  ];
  for (const subscription of subscriptions) subscription.catch(end);
  requests
    .ask({
      action: "RunBlock",
      title,
      timeoutMs: Number.POSITIVE_INFINITY,
      signal: over.signal,
      fields: {
        block,
        block_job_id: blockJobId,
        payload: {
          inputs: call.inputs ?? {},
          additional_inputs_def: call.additional_inputs_def ?? null,
          additional_outputs_def: call.additional_outputs_def ?? null,
        },
        strict: call.strict,
        stacks: call.stacks,
      },
    })
    .catch(end);

  return {
    blockJobId,
    onProgress: progress.add,
    onMessage: messages.add,
    onPreview: previews.add,
    onOutput: onOutput as BlockJob["onOutput"],
    finish: () => ended,
    dispose: stopListening,
  };

  function onOutput(listenerOrHandle: string | ((value: Record<string, unknown>) => void)) {
    if (typeof listenerOrHandle !== "string") return outputs.add(listenerOrHandle);
    const handle = listenerOrHandle;
    return (listener: (value: unknown) => void) =>
      outputs.add((values) => {
        if (Object.hasOwn(values, handle) && values[handle] !== undefined) listener(values[handle]);
      });
  }

  /** Without a reporter only the session topic has messages, so its finish counts too, a moment later. */
  function hear(isReport: boolean) {
    return (payload: string) => {
      if (!payload.includes(blockJobId)) return;
      const event = decodeMessage(payload);
      if (event?.job_id !== blockJobId) return;
      clearTimeout(firstEventTimer);
      if (isReport) firstEventTimer = undefined;
      if (isReport) handle(event);
      else if (event.type === "BlockFinished") setTimeout(() => handle(event), sessionGraceMs);
    };
  }

  function handle(event: Record<string, unknown>): void {
    const { type } = event;
    if (type === "BlockOutput" || type === "SubflowBlockOutput")
      outputs.call({ [String(event.handle)]: event.output });
    else if (type === "BlockOutputs") outputs.call(asRecord(event.outputs) ?? {});
    else if (type === "BlockProgress") progress.call(Number(event.progress));
    else if (type === "BlockMessage") messages.call(event.payload);
    else if (type === "BlockPreview") previews.call(event.payload);
    else if (type === "BlockFinished" || type === "SubflowBlockFinished") finished(event);
  }

  function finished({ error, result }: Record<string, unknown>): void {
    if (over.signal.aborted) return;
    if (typeof error === "string") {
      end(new RequestFailedError(title, error));
      return;
    }
    const values = asRecord(result);
    if (values !== undefined) outputs.call(values);
    progress.call(100);
    end();
  }

  function end(error?: unknown): void {
    settle(error);
    stopListening();
  }

  function stopListening(): void {
    clearTimeout(firstEventTimer);
    over.abort();
    for (const subscription of subscriptions.splice(0)) {
      subscription.then((unsubscribe) => unsubscribe()).catch(() => undefined);
    }
  }
}

/** How long the report may lag behind the session topic. */
const sessionGraceMs = 50;

function createListeners<Value>(onError: (error: unknown) => void) {
  const listeners = new Set<{ listener: (value: Value) => void }>();
  return {
    add(listener: (value: Value) => void) {
      const own = { listener };
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
    call(value: Value): void {
      for (const { listener } of listeners) {
        try {
          listener(value);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}
