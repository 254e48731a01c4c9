/** Where an entry of oocana-protocol 9 is tested, or why it is not ours to get right. */
export type Trap =
  | { file: string; title: string }
  /** Shown by a program that measures. */
  | { bench: string }
  | { notOurs: string };

const ends = { file: "executor-ends-every-job", title: "finishes exactly once when a block $title" };
const leaves = { file: "executor-lifecycle", title: "leaves on %s, after the broker has all that was sent" };
const nulls = { file: "protocol", title: "inputs, definitions and outputs may be null or absent" };
const once = {
  file: "protocol",
  title: "a job delivered many times runs once, also when it comes again after its end",
};
const requests = { file: "context", title: "an engine that never answers is named after 30 seconds" };
const serviceJobs = {
  file: "protocol",
  title: "a service keeps its state over jobs, hears messages, and fails one job at a time",
};
const noInputs = {
  file: "broker-loss",
  title: "a job whose inputs never come ends with an error that says so",
};

/** 9.1: the engine's behaviour that has to be designed around. */
export const engineTraps: Record<number, Trap> = {
  1: { file: "codec", title: "any text arrives without lone surrogates, real pairs untouched" },
  2: once,
  3: { notOurs: "Which children still run is the engine's own list; no message takes one off it." },
  4: { notOurs: "The engine's loop; a block that awaits its children avoids it." },
  5: leaves,
  6: {
    file: "executor-lifecycle",
    title: "leaves when the engine that started it is gone without a word, with all that its blocks started",
  },
  7: {
    file: "context",
    title: "runBlock ends with its child's own finish where the engine reports nothing",
  },
  8: requests,
  9: {
    file: "executor-held-thread",
    title: "a block that holds the thread delays nobody's readiness and multiplies no delivery",
  },
  10: {
    file: "services",
    title: "a service of %s serves a second session after its own has ended, and leaves when it is told to",
  },
  11: {
    file: "parse-executor-arguments",
    title: "debug arguments, stray values and unknown flags are passed over",
  },
  12: leaves,
  13: { file: "executor-lifecycle", title: "survives a closed log pipe" },
  14: {
    notOurs: "The engine gives up after 5 s; how fast this program is ready, bench/executor.bench.ts shows.",
  },
  15: { notOurs: "The engine tells nobody of a node's timeout." },
  16: { notOurs: "What the engine tells observers; runBlock ends with the first." },
  17: serviceJobs,
  18: { file: "protocol", title: "a relative dir is relative to where the executor was started" },
  19: { notOurs: "How the engine reads its own command line." },
  20: nulls,
};

/** 9.2: what the existing Node SDK and executor do wrong. */
export const executorTraps: Record<number, Trap> = {
  1: {
    file: "context",
    title: "un-awaited outputs of files and many keys all come before the finish, in order",
  },
  2: noInputs,
  3: { file: "values", title: "patches reach their places and pass over broken paths" },
  4: ends,
  5: nulls,
  6: ends,
  7: ends,
  8: { file: "context", title: "an output of undefined is no output" },
  9: ends,
  10: ends,
  11: noInputs,
  12: {
    file: "context",
    title: "a runBlock that fails rejects finish with the engine's words, and nobody has to listen",
  },
  13: { file: "context", title: "runBlock hears its child, ends with it, and leaves no subscription" },
  14: { file: "context", title: "joinOutputs zips its sources" },
  15: { file: "context", title: "a request is answered, refused, or timed out, and leaves no subscription" },
  16: {
    file: "context",
    title: "a waiting progress goes before outputs and the finish, to the engine and to observers",
  },
  17: {
    file: "binary-outputs",
    title: "a second output of a handle overwrites nothing, and no handle's name leads out of the folder",
  },
  18: { file: "values", title: "a secret that looks like a reference is not looked up again" },
  19: {
    file: "values",
    title: "unknown secrets and a missing file leave the string; no warning tells either",
  },
  20: {
    file: "context",
    title: "previews pass through, with an id; tables and records become quoted CSV",
  },
  21: { file: "executor-modules", title: "writes nothing beside the sources" },
  22: { file: "build-cache", title: "builds of one file at the same time leave one whole file" },
  23: {
    file: "executor-modules",
    title: "takes the named function, else default, else main; main.ts is the default entry",
  },
  24: { file: "executor-console", title: "encoding and callback of write are honoured" },
  25: { file: "parse-executor-arguments", title: "strings stay strings" },
  26: { file: "protocol", title: "a relative dir is relative to where the executor was started" },
  27: {
    file: "protocol",
    title: "jobs of other sessions and scopes are left alone, and noise does no harm",
  },
  28: { file: "mainframes", title: "mqtt: tells the broker when the last listener of a topic goes" },
  29: { file: "mainframes", title: "messages of a topic arrive in order at every listener" },
  30: { bench: "memory.long" },
  31: { file: "protocol", title: "flowNodeStore belongs to one node of one flow run" },
  32: {
    file: "broker-loss",
    title: "an executor whose broker never comes back leaves with code 1 and says why",
  },
  33: serviceJobs,
  34: { file: "services", title: "a service of the session leaves with it" },
  35: serviceJobs,
  36: { file: "services", title: "the same service in two sessions is two services" },
  37: { file: "services", title: "a service of block_end leaves keep_alive after its last job" },
  38: leaves,
  39: { notOurs: "A matter of types alone: in wire/messages.ts these fields are optional." },
};
