import type { PreviewPayload } from "../previews/preview-payload.ts";
import type { OutputTarget } from "../wire/messages.ts";
import type { BlockEvent } from "./block-event.ts";

/**
 * Everything that a block sent, in order, and the same sorted by kind. References are resolved:
 * variables to the objects themselves, files to their bytes.
 */
export interface BlockRun<Outputs = Record<string, unknown>> extends AsyncDisposable {
  /** Everything in the order it was sent; the finish is the last. */
  readonly events: readonly BlockEvent[];
  /** What the block returned, or passed to `finish`; undefined if it returned nothing or failed. */
  readonly result: Partial<Outputs> | undefined;
  /** Why the block failed: message and stack. Undefined if it succeeded. */
  readonly error: string | undefined;
  /** Outputs sent before the end, one entry for each handle of `outputs()`. */
  readonly outputs: readonly { handle: string; value: unknown; target?: OutputTarget }[];
  readonly previews: readonly PreviewPayload[];
  /** Every value reported, clamped to 0…100; the executor's throttle is off. */
  readonly progress: readonly number[];
  /** `reportLog`, `logger`, and what the block printed. */
  readonly logs: readonly { text: string; stdio: "stdout" | "stderr" }[];
  /** Payloads of `logJSON`. */
  readonly records: readonly unknown[];
  /** Payloads of `sendMessage`. */
  readonly messages: readonly unknown[];
  readonly warnings: readonly string[];
  /** Reported without finishing. */
  readonly errors: readonly string[];
  /** Messages after the end, in words; an engine would drop them. */
  readonly ignored: readonly string[];
  /** The folders of `context.sessionDir`, `tmpDir` and `pkgDir`. */
  readonly directories: Readonly<{ sessionDir: string; tmpDir: string; pkgDir: string }>;
}

/** Sorts events by kind. */
export function createBlockRun<Outputs>(
  events: BlockEvent[],
  rest: Pick<BlockRun, "ignored" | "directories"> & AsyncDisposable,
): BlockRun<Outputs> {
  const finish = events.findLast((event) => event.type === "finish");
  return {
    events,
    // The block declares what it returns.
    result: finish?.result as Partial<Outputs> | undefined,
    error: finish?.error,
    outputs: events.flatMap((event) => (event.type === "output" ? [withoutType(event)] : [])),
    previews: events.flatMap((event) => (event.type === "preview" ? [event.payload] : [])),
    progress: events.flatMap((event) => (event.type === "progress" ? [event.progress] : [])),
    logs: events.flatMap((event) => (event.type === "log" ? [withoutType(event)] : [])),
    records: events.flatMap((event) => (event.type === "record" ? [event.payload] : [])),
    messages: events.flatMap((event) => (event.type === "message" ? [event.payload] : [])),
    warnings: events.flatMap((event) => (event.type === "warning" ? [event.text] : [])),
    errors: events.flatMap((event) => (event.type === "error" ? [event.text] : [])),
    ...rest,
  };
}

function withoutType<Event extends BlockEvent>({ type: _, ...rest }: Event): Omit<Event, "type"> {
  return rest;
}
