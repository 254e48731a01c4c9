import type { StandardSchemaV1 } from "@standard-schema/spec";

export interface HandleProblem {
  handle: string;
  value: unknown;
  issues: readonly StandardSchemaV1.Issue[];
}

/** Thrown if inputs or outputs of a block do not match their schemas. The message contains no value: it may be a secret. */
export class HandleValueError extends Error {
  override readonly name = "HandleValueError";
  readonly code = "handle_value";
  readonly kind: "input" | "output";
  /** The handles that do not match. */
  readonly handles: readonly string[];

  constructor(kind: "input" | "output", problems: readonly HandleProblem[]) {
    const title = kind === "input" ? "Input" : "Output";
    super(problems.flatMap((problem) => describe(title, problem)).join("\n"));
    this.kind = kind;
    this.handles = problems.map(({ handle }) => handle);
  }
}

function describe(title: string, { handle, value, issues }: HandleProblem): string[] {
  const hidden = textsIn(value);
  return issues.map(({ message, path }) => {
    const place = [handle, ...(path ?? []).map((step) => String(typeof step === "object" ? step.key : step))];
    return `${title} [${place.join(".")}] does not fit its schema: ${hide(message, hidden)}`;
  });
}

/** Some libraries quote their input. */
function hide(message: string, texts: readonly string[]): string {
  return texts.reduce((shown, text) => shown.replaceAll(text, "[value]"), message);
}

/** The strings of a value, longest first, plain and as in JSON; very short ones reveal nothing. */
function textsIn(value: unknown): string[] {
  const found = new Set<string>();
  const seen = new Set<unknown>();
  const waiting = [value];
  for (let item = waiting.pop(); item !== undefined || waiting.length > 0; item = waiting.pop()) {
    if (typeof item === "string" && item.length > 3) found.add(item).add(JSON.stringify(item).slice(1, -1));
    if (typeof item !== "object" || item === null || ArrayBuffer.isView(item) || seen.has(item)) continue;
    seen.add(item);
    waiting.push(...Object.values(item));
  }
  return [...found].sort((one, other) => other.length - one.length);
}
