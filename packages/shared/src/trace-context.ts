/** A place in a trace, as the two headers of W3C Trace Context say it. */
export interface TraceContext {
  /** `00-{trace id}-{span id}-{flags}`. */
  readonly traceparent: string;
  /** What tracing systems say to themselves. */
  readonly tracestate?: string;
}

/**
 * Reads the two headers (W3C Trace Context 3.2 and 3.3), as they may be passed on. Nothing if the first is malformed; a malformed
 * second one is left out.
 */
export function readTraceContext(traceparent: unknown, tracestate?: unknown): TraceContext | undefined {
  const [, version, ids, flags = "", more] = parentForm.exec(asText(traceparent)) ?? [];
  if (ids === undefined || version === "ff" || (version === "00" && more !== undefined)) return undefined;
  // Flags of a later version mean nothing to this one.
  const known = formatFlags(Number.parseInt(flags, 16) & knownFlags);
  const state = readState(asText(tracestate));
  return { traceparent: `00-${ids}-${known}`, ...(state !== "" && { tracestate: state }) };
}

/** One line of text for both, which {@link parseTraceContext} reads. */
export function formatTraceContext({ traceparent, tracestate }: TraceContext): string {
  return tracestate === undefined ? traceparent : `${traceparent} ${tracestate}`;
}

export function parseTraceContext(text: string): TraceContext | undefined {
  return readTraceContext(text.slice(0, parentLength), text.slice(parentLength + 1));
}

/** The parts of a context that was read. */
export function partsOfTrace({ traceparent }: TraceContext): {
  traceId: string;
  spanId: string;
  traceFlags: number;
} {
  const [, traceId = "", spanId = "", flags = ""] = traceparent.split("-");
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

/** Whether anybody keeps what is made in it. */
export function isSampled(context: TraceContext | undefined): boolean {
  return context !== undefined && (partsOfTrace(context).traceFlags & 1) === 1;
}

/** What another process has said of its span, as OpenTelemetry takes it; `createTraceState` is of its API. */
export function remoteSpan<State>(
  context: TraceContext,
  createTraceState: (tracestate: string) => State,
): { traceId: string; spanId: string; traceFlags: number; isRemote: true; traceState?: State } {
  const { tracestate } = context;
  return {
    ...partsOfTrace(context),
    isRemote: true,
    ...(tracestate !== undefined && { traceState: createTraceState(tracestate) }),
  };
}

/** A span of our own, as the first header says it. */
export function traceparentOf({
  traceId,
  spanId,
  traceFlags,
}: {
  traceId: string;
  spanId: string;
  traceFlags: number;
}): string {
  return `00-${traceId}-${spanId}-${formatFlags(traceFlags)}`;
}

function formatFlags(flags: number): string {
  return flags.toString(16).padStart(2, "0");
}

/** How programs tell those that they start (OpenTelemetry, Environment Variables as Context Propagation Carriers). */
export function traceVariables(context: TraceContext | undefined): Record<string, string> {
  if (context === undefined) return {};
  const { traceparent: TRACEPARENT, tracestate: TRACESTATE } = context;
  return { TRACEPARENT, ...(TRACESTATE !== undefined && { TRACESTATE }) };
}

const parentLength = 55;
/** A later version may be longer, but it is read from a header of anybody. */
const longest = 512;
/** Sampled, and that the trace's id is random. */
const knownFlags = 3;
const parentForm = /^([0-9a-f]{2})-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

const mostMembers = 32;
const keyForm = /^(?:[a-z0-9][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})$/;
/** No comma and no equals sign, and no space at its end. */
const valueForm = /^[ -+\--<>-~]{0,255}[!-+\--<>-~]$/;

function asText(header: unknown): string {
  return typeof header === "string" && header.length <= longest ? header.trim() : "";
}

/** Empty if it is malformed: one member of it says nothing of the others. */
function readState(text: string): string {
  const members = text
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "");
  const keys = members.map((member) => member.slice(0, member.indexOf("=")));
  const isWellFormed =
    members.length <= mostMembers &&
    new Set(keys).size === keys.length &&
    members.every((member, index) => {
      const key = keys[index] ?? "";
      return keyForm.test(key) && valueForm.test(member.slice(key.length + 1));
    });
  return isWellFormed ? members.join(",") : "";
}
