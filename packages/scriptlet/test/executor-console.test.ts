import { afterAll, beforeAll, expect, test } from "vitest";
import type { Heard } from "./helpers/fake-engine.ts";
import { openSession, type TestSession } from "./helpers/open-session.ts";

let session: TestSession;

const blocks: Record<string, string> = {
  lines: `console.log("one"); console.error("two"); console.log("three\\nfour"); process.stdout.write("no newline");`,
  multibyte: `const bytes = Buffer.from("中文");
    process.stdout.write(bytes.subarray(0, 2)); process.stdout.write(bytes.subarray(2));
    process.stdout.write(new Uint8Array([104, 105]));`,
  cut: `process.stdout.write(Buffer.from("中").subarray(0, 2));`,
  encoding: `process.stdout.write("68656c6c6f", "hex");
    await new Promise((resolve) => process.stdout.write("called back\\n", resolve));
    await new Promise((resolve) => process.stdout.write("with encoding\\n", "utf8", resolve));`,
  callbacks: `let called = 0; const count = () => { called += 1; };
    for (let index = 0; index < 3; index += 1) process.stdout.write("a\\n", count);
    process.stderr.write("b\\n", count); process.stdout.write("c\\n", () => count());
    await new Promise((resolve) => process.stdout.write("d\\n", resolve));
    process.stdout.write(called + "\\n", count); process.stdout.write("", count);
    await new Promise(setImmediate); console.log(called);`,
  later: `await null; setTimeout(() => { console.log("from a timer"); context.finish(); }, 1); return context.keepAlive;`,
  afterwards: `setTimeout(() => { console.log("too late"); }, 1);`,
  pause: `console.log(inputs.name + " 1"); await new Promise((resolve) => setTimeout(resolve, 5)); console.log(inputs.name + " 2");`,
  logger: `context.logger.info("at %d %%", 50); context.logger.error({ a: 1 }); await context.logger.warn("careful");`,
};

beforeAll(async () => {
  const files = Object.entries(blocks).map(([name, body]) => [
    `${name}.mjs`,
    `console.log("top level"); export default async (inputs, context) => { ${body} };`,
  ]);
  session = await openSession(Object.fromEntries(files));
});

afterAll(() => session[Symbol.asyncDispose]());

async function logsOf(entry: string, inputs: Record<string, unknown> = {}) {
  const { messages } = await session.engine.run({
    dir: session.workspace.path,
    entry: `${entry}.mjs`,
    inputs,
  });
  return messages
    .filter(({ type }) => type === "BlockLog")
    .map(({ stdio, log }: Heard) => `${stdio}: ${log}`);
}

test("each write becomes one log without its last newline, and the top level is nobody's", async () => {
  expect(await logsOf("lines")).toEqual([
    "stdout: one",
    "stderr: two",
    "stdout: three\nfour",
    "stdout: no newline",
  ]);
  expect(session.executor.stdout).toContain("top level");
});

test("characters split over chunks stay whole, and what is left of one is logged at the end", async () => {
  expect(await logsOf("multibyte")).toEqual(["stdout: 中文", "stdout: hi"]);
  expect(await logsOf("cut")).toEqual(["stdout: \ufffd"]);
});

test("encoding and callback of write are honoured", async () => {
  expect(await logsOf("encoding")).toEqual(["stdout: hello", "stdout: called back", "stdout: with encoding"]);
});

test("each write calls its callback once, whether or not others share it", async () => {
  expect(await logsOf("callbacks")).toEqual([
    ...["stdout: a", "stdout: a", "stdout: a", "stderr: b", "stdout: c", "stdout: d"],
    ...["stdout: 5", "stdout: 7"],
  ]);
});

test("what a timer prints belongs to its job", async () => {
  expect(await logsOf("later")).toEqual(["stdout: from a timer"]);
});

test("jobs running side by side keep their logs apart", async () => {
  const [a, b] = await Promise.all([logsOf("pause", { name: "a" }), logsOf("pause", { name: "b" })]);
  expect(a).toEqual(["stdout: a 1", "stdout: a 2"]);
  expect(b).toEqual(["stdout: b 1", "stdout: b 2"]);
});

test("what is printed after the finish goes to the executor's own output", async () => {
  expect(await logsOf("afterwards")).toEqual([]);
  await expect.poll(() => session.executor.stdout).toContain("too late");
});

test("the logger formats like console.log", async () => {
  expect(await logsOf("logger")).toEqual(["stdout: at 50 %", "stderr: { a: 1 }", "stderr: careful"]);
});
