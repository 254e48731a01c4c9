import { readTraceContext } from "@oomol/connect-shared/trace-context";
import { MalformedMessageError } from "../errors/malformed-message-error.ts";
import type {
  BlockInputs,
  BlockPayload,
  HandleDef,
  HandleDefs,
  InputPatch,
  ServiceBlockPayload,
  StackLevel,
} from "./messages.ts";

// By hand and not by a library of schemas: everybody waits for the executor's start, and it reads only these few messages.

type Message = Readonly<Record<string, unknown>>;

/**
 * Checks a job. Fields that the protocol calls optional may be missing or null.
 *
 * @throws `MalformedMessageError` for anything else.
 */
export function parseBlockPayload(message: Message): BlockPayload {
  const read = createReader("BlockPayload", message);
  const executor = read.optional("executor", record) ?? {};
  const options = createReader("BlockPayload", executor, "executor.").optional("options", record) ?? {};
  const option = createReader("BlockPayload", options, "executor.options.");
  const { traceparent, tracestate } = read.optional("trace", record) ?? {};
  return {
    type: "BlockPayload",
    ...jobOf(read),
    ...present("trace", readTraceContext(traceparent, tracestate)),
    executor: {
      name: "nodejs",
      options: {
        ...present("entry", option.optional("entry", text)),
        ...present("function", option.optional("function", text)),
      },
    },
  };
}

/**
 * The same for a job of a service.
 *
 * @throws `MalformedMessageError`
 */
export function parseServiceBlockPayload(message: Message): ServiceBlockPayload {
  const read = createReader("ServiceBlockPayload", message);
  const executor = read.optional("service_executor", record) ?? {};
  const option = createReader("ServiceBlockPayload", executor, "service_executor.");
  return {
    type: "ServiceBlockPayload",
    ...jobOf(read),
    block_name: read.required("block_name", text),
    service_hash: read.required("service_hash", text),
    service_executor: {
      ...present("entry", option.optional("entry", text)),
      ...present("function", option.optional("function", text)),
      ...present("start_at", option.optional("start_at", text)),
      ...present("stop_at", option.optional("stop_at", text)),
      ...present("keep_alive", option.optional("keep_alive", number)),
    },
  };
}

/**
 * The same for a job's inputs.
 *
 * @throws `MalformedMessageError`
 */
export function parseBlockInputs(message: Message): BlockInputs {
  const read = createReader("BlockInputs", message);
  return {
    type: "BlockInputs",
    session_id: read.required("session_id", text),
    job_id: read.required("job_id", text),
    stacks: read.optional("stacks", stacks) ?? [],
    ...present("block_path", read.optional("block_path", text)),
    inputs: read.optional("inputs", record) ?? null,
    inputs_def: ownDefs(read.optional("inputs_def", handleDefs)) ?? null,
    inputs_def_patch: read.optional("inputs_def_patch", patches) ?? null,
  };
}

function jobOf(read: Reader) {
  return {
    session_id: read.required("session_id", text),
    executor_name: read.optional("executor_name", text) ?? "nodejs",
    job_id: read.required("job_id", text),
    stacks: read.optional("stacks", stacks) ?? [],
    dir: read.required("dir", text),
    ...present("outputs", ownDefs(read.optional("outputs", handleDefs))),
    identifier: read.optional("identifier", text) ?? "",
  };
}

/** The requirement on a field, in words and as a test. */
interface Kind<Value> {
  expected: string;
  is(value: unknown): value is Value;
}

interface Reader {
  required<Value>(field: string, kind: Kind<Value>): Value;
  /** The engine writes null for a missing value. */
  optional<Value>(field: string, kind: Kind<Value>): Value | undefined;
}

function createReader(name: string, message: Message, path = ""): Reader {
  const required = <Value>(field: string, { expected, is }: Kind<Value>) => {
    const value = message[field];
    if (is(value)) return value;
    throw new MalformedMessageError(name, path + field, expected, value);
  };
  return {
    required,
    optional: (field, kind) => ((message[field] ?? null) === null ? undefined : required(field, kind)),
  };
}

/** Without the separators of a manifest, which have no handle. */
function ownDefs(defs: Record<string, Message> | undefined): HandleDefs | undefined {
  return (
    defs &&
    Object.fromEntries(
      Object.entries(defs).flatMap(([key, def]) => (isHandleDef(def) ? [[key, def] as const] : [])),
    )
  );
}

/** A field that is present only if it has a value. */
function present<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  // A computed key loses its name.
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value });
}

const text: Kind<string> = { expected: "text", is: (value) => typeof value === "string" };
const number: Kind<number> = { expected: "a number", is: (value) => typeof value === "number" };
const record: Kind<Record<string, unknown>> = { expected: "an object", is: isRecord };
const stacks: Kind<StackLevel[]> = {
  expected: "a list of { flow_job_id, flow, node_id }",
  is: listOf(isStackLevel),
};
const handleDefs: Kind<Record<string, Message>> = {
  expected: "an object of { handle, json_schema? } by handle",
  is: recordOf(isRecord),
};
const patches: Kind<Record<string, InputPatch[]>> = {
  expected: "an object of lists of { path, schema } by handle",
  is: recordOf(listOf(isPatch)),
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf<Item>(is: (item: unknown) => item is Item) {
  return (value: unknown): value is Item[] => Array.isArray(value) && value.every(is);
}

function recordOf<Item>(is: (item: unknown) => item is Item) {
  return (value: unknown): value is Record<string, Item> => isRecord(value) && Object.values(value).every(is);
}

function isStackLevel(value: unknown): value is StackLevel {
  return isRecord(value) && [value.flow_job_id, value.flow, value.node_id].every((name) => text.is(name));
}

/** A schema is the author's own, and may be just `true`: check its type before reading a keyword. */
function isHandleDef(value: unknown): value is HandleDef {
  return isRecord(value) && text.is(value.handle);
}

function isPatch(value: unknown): value is InputPatch {
  return isRecord(value);
}
