import type { HandleDef, HandleDefs, OutputTarget } from "../wire/messages.ts";
import type { Ending, JobChannel } from "./job-channel.ts";

export interface OutputsOptions {
  channel: JobChannel;
  outputsDef: HandleDefs;
  /** Whether a handle that is not in `outputsDef` is sent as it is. */
  allowUndeclared: boolean;
  /** A promise only if a file is written; undefined if nothing is to be sent. May throw. */
  encode(def: HandleDef, value: unknown): unknown;
}

/** The sending of values: one, several, and as the result (oocana-protocol 6.2, 6.3). */
export function createOutputs({ channel, outputsDef, allowUndeclared, encode }: OutputsOptions) {
  return {
    output(handle: string, value: unknown, target: OutputTarget = {}): Promise<void> {
      if (channel.isFinished) return channel.toEngine({ type: "BlockOutput" });
      const def = declared(handle);
      if (def === undefined) return warnUndeclared(handle);
      // The node behind it does not run (oocana-protocol 3.1).
      if (value === undefined) return Promise.resolve();
      let encoded: unknown;
      try {
        encoded = encode(def, value);
      } catch (error) {
        return channel.error(error);
      }
      if (encoded === undefined) return Promise.resolve();
      const asMessage = (output: unknown) => ({ type: "BlockOutput", handle, output, ...optionsFor(target) });
      return channel.toEngine(encoded instanceof Promise ? encoded.then(asMessage) : asMessage(encoded));
    },

    outputs(values: Record<string, unknown>): Promise<void> {
      if (channel.isFinished) return channel.toEngine({ type: "BlockOutputs" });
      let encoded: Record<string, unknown> | Promise<Record<string, unknown>>;
      try {
        encoded = encodeAll(values);
      } catch (error) {
        return channel.error(error);
      }
      const asMessage = (outputs: object) => ({ type: "BlockOutputs", outputs });
      return channel.toEngine(encoded instanceof Promise ? encoded.then(asMessage) : asMessage(encoded));
    },

    /** An ending with the encoded result, or with the error that encoding it threw. */
    encodeResult(values: unknown): Ending {
      try {
        return { result: encodeAll(values) };
      } catch (error) {
        return { error };
      }
    },
  };

  function encodeAll(values: unknown): Record<string, unknown> | Promise<Record<string, unknown>> {
    if (typeof values !== "object" || values === null || Array.isArray(values)) {
      throw new TypeError('Outputs must be an object of values by handle, such as { text: "hello" }.');
    }
    const encoded: [string, unknown][] = [];
    for (const [handle, value] of Object.entries(values)) {
      const def = declared(handle);
      if (def === undefined) void warnUndeclared(handle);
      else if (value !== undefined) {
        const sendable = encode(def, value);
        if (sendable !== undefined) encoded.push([handle, sendable]);
      }
    }
    if (!encoded.some(([, value]) => value instanceof Promise)) return Object.fromEntries(encoded);
    const waiting = encoded.map(async ([handle, value]) => [handle, await value] as const);
    return Promise.all(waiting).then((entries) => Object.fromEntries(entries));
  }

  function declared(handle: string): HandleDef | undefined {
    if (Object.hasOwn(outputsDef, handle)) return outputsDef[handle];
    return allowUndeclared ? { handle } : undefined;
  }

  function warnUndeclared(handle: string): Promise<void> {
    return channel.warn(`Output handle key: [${handle}] is not defined in Block outputs schema.`);
  }
}

/** A present but empty target would send nowhere (oocana-protocol 2.3). */
function optionsFor({ to_node, to_flow }: OutputTarget): { options?: { target: OutputTarget } } {
  if (!to_node && !to_flow) return {};
  return { options: { target: { ...(to_node && { to_node }), ...(to_flow && { to_flow }) } } };
}
