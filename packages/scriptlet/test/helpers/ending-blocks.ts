/** A block that behaves badly, and what its one BlockFinished must say. */
export interface EndingCase {
  title: string;
  /** Body of `async (inputs, context) => { … }`. */
  body: string;
  /** A part of the error; absent where the job succeeds. */
  error?: string;
  result?: Record<string, unknown>;
}

export const endingCases: EndingCase[] = [
  { title: "returns outputs", body: `return { value: 1 }`, result: { value: 1 } },
  { title: "returns nothing", body: `` },
  { title: "returns an empty object", body: `return {}`, result: {} },
  { title: "returns undefined in an output", body: `return { value: undefined }`, result: {} },
  { title: "returns null", body: `return null`, error: "The block returned null" },
  { title: "returns an array", body: `return [1, 2]`, error: "The block returned [ 1, 2 ]" },
  { title: "returns a string", body: `return "text"`, error: "The block returned 'text'" },
  { title: "returns a number", body: `return 42`, error: "The block returned 42" },
  { title: "returns a function", body: `return () => 1`, error: "The block returned [Function" },
  { title: "returns a symbol", body: `return Symbol("odd")`, error: "The block returned Symbol(odd)" },
  {
    title: "returns a BigInt in an output",
    body: `return { value: { deep: 2n ** 60n } }`,
    error: "value.deep",
  },
  {
    title: "returns a cycle",
    body: `const a = {}; a.self = a; return { value: a }`,
    error: "it contains itself",
  },
  {
    title: "returns a value whose toJSON throws",
    body: `return { value: { toJSON() { throw new Error("no json") } } }`,
    error: "no json",
  },
  {
    title: "returns an object whose getter throws",
    body: `return { get value() { throw new Error("no value") } }`,
    error: "no value",
  },
  {
    title: "returns 200 levels",
    body: `let deep = 1; for (let i = 0; i < 200; i++) deep = { deep }; return { value: deep }`,
    error: "nested deeper",
  },
  {
    title: "returns 100000 levels",
    body: `let deep = []; for (let i = 0; i < 100000; i++) deep = [deep]; return { value: deep }`,
    error: "nested deeper",
  },
  { title: "returns a lone surrogate", body: `return { value: "a\\ud83db" }`, result: { value: "a\ufffdb" } },
  {
    title: "returns NaN and Infinity",
    body: `return { value: [NaN, Infinity] }`,
    result: { value: [null, null] },
  },
  {
    title: "returns a date and a map",
    body: `return { value: [new Date(0), new Map()] }`,
    result: { value: ["1970-01-01T00:00:00.000Z", []] },
  },
  {
    title: "returns a revoked proxy",
    body: `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy`,
    error: "revoked",
  },
  { title: "throws an Error", body: `throw new Error("broken")`, error: "broken" },
  {
    title: "throws an Error with a cause",
    body: `throw new Error("outer", { cause: new Error("inner") })`,
    error: "inner",
  },
  {
    title: "throws the error of Promise.any",
    body: `await Promise.any([Promise.reject(new Error("first")), Promise.reject("second")])`,
    error: "Caused by: second",
  },
  {
    title: "finishes with an empty error",
    body: `await context.finish({ error: "" })`,
    error: "ended itself with an empty error",
  },
  { title: "throws undefined", body: `throw undefined`, error: "The block threw undefined" },
  { title: "throws null", body: `throw null`, error: "The block threw null" },
  { title: "throws an empty string", body: `throw ""`, error: "empty string" },
  { title: "throws zero", body: `throw 0`, error: "The block threw 0" },
  { title: "throws false", body: `throw false`, error: "The block threw false" },
  { title: "throws a symbol", body: `throw Symbol("odd")`, error: "Symbol(odd)" },
  { title: "throws a BigInt", body: `throw 5n`, error: "5n" },
  { title: "throws a plain object", body: `throw { reason: "none" }`, error: '{"reason":"none"}' },
  {
    title: "throws an object without prototype",
    body: `throw Object.create(null)`,
    error: "The block threw {}",
  },
  {
    title: "throws an object whose message throws",
    body: `throw { get message() { throw new Error("worse") } }`,
    error: "cannot be shown",
  },
  { title: "throws a cycle", body: `const a = {}; a.self = a; throw a`, error: "cannot be shown" },
  { title: "throws a lone surrogate", body: `throw new Error("half \\ud83d")`, error: "half \ufffd" },
  { title: "rejects later", body: `await Promise.reject(new Error("later"))`, error: "later" },
  { title: "calls process.exit(0)", body: `process.exit(0)` },
  { title: "calls process.exit()", body: `process.exit()` },
  { title: "calls process.exit(1)", body: `process.exit(1)`, error: "process.exit(1)" },
  {
    title: "calls process.exit in a timer",
    body: `setTimeout(() => process.exit(3), 1); return context.keepAlive`,
    error: "process.exit(3)",
  },
  {
    title: "catches what process.exit throws",
    body: `try { process.exit(0) } catch {} return { value: "unseen" }`,
  },
  {
    title: "throws in a timer after returning keepAlive",
    body: `setTimeout(() => { throw new Error("in a timer") }, 1); return context.keepAlive`,
    error: "in a timer",
  },
  {
    title: "leaves a rejection alone after returning keepAlive",
    body: `setTimeout(() => { Promise.reject(new Error("left alone")) }, 1); return context.keepAlive`,
    error: "left alone",
  },
  {
    title: "rejects with undefined after returning keepAlive",
    body: `setTimeout(() => { Promise.reject(undefined) }, 1); return context.keepAlive`,
    error: "undefined",
  },
  {
    title: "finishes by itself later",
    body: `setTimeout(() => context.finish({ result: { value: 7 } }), 1); return context.keepAlive`,
    result: { value: 7 },
  },
  {
    title: "finishes twice",
    body: `context.finish({ result: { value: 1 } }); context.finish({ error: "no" }); return { value: 2 }`,
    result: { value: 1 },
  },
  {
    title: "finishes with an error and a result",
    body: `context.finish({ error: "stop", result: { value: 1 } }); `,
    error: "stop",
  },
  {
    title: "closes stdout",
    body: `process.stdout.end("last words"); process.stderr.end(); return { value: 1 }`,
    result: { value: 1 },
  },
  {
    title: "floods its log",
    body: `for (let i = 0; i < 5000; i++) console.log(i); return { value: 1 }`,
    result: { value: 1 },
  },
  {
    title: "returns an output named like a prototype key",
    body: `return { toString: 1, constructor: 2, value: 3 }`,
    result: { value: 3 },
  },
];
