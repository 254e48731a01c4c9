import { spawn } from "node:child_process";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { parse, parseDocument } from "yaml";
import { parseExactYaml } from "../src/packages/exact-yaml.ts";

const many = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => write(index)).join("");

const texts: readonly (readonly [string, (count: number) => string])[] = [
  ["keys", (count) => many(count, (index) => `key${index}: 1\n`)],
  ["keys in braces", (count) => `{ ${many(count, (index) => `key${index}: 1, `)} }`],
  ["anchors and aliases", (count) => many(count, (index) => `- &a${index} x\n- *a${index}\n`)],
  [
    "aliases in what has an alias",
    (count) => `a: &a\n${many(count, (index) => `  - &b${index} x\n  - *b${index}\n`)}b: *a\n`,
  ],
  ["keys that are lists", (count) => many(count, (index) => `? [a, ${index}]\n: &a${index} 1\n`)],
  ["keys that are lists in each other", (count) => `${"? - ".repeat(50)}[ ${"1, ".repeat(count)} ]\n`],
  ["numbers that count as texts", (count) => many(count, (index) => `key${index}: 1e999\n`)],
  ["an ordered map", (count) => `%YAML 1.1\n---\n!!omap\n${many(count, (index) => `- key${index}: 1\n`)}`],
  ["mistakes in one line", (count) => `[${", ".repeat(count)}]`],
];

test("twice as long a text takes twice as many steps, whatever it is made of", async () => {
  const counts = await countSteps(texts.flatMap(([, write]) => [write(100), write(300), write(600)]));
  for (const [index, [what]] of texts.entries()) {
    const [, short = 0, long = 0] = counts.slice(3 * index);
    expect(short, what).toBeGreaterThan(500);
    expect(long / short, what).toBeGreaterThan(1.8);
    expect(long / short, what).toBeLessThan(2.2);
  }
});

test.each([
  "a: 1\na: 2\n",
  "b:\n  c: 1\n  d: 2\n  'c': 3\n",
  "- { a: 1, b: 2, a: 3 }",
  "1: a\n1: b\n",
  "? a\n? b\n? a\n",
  ": 1\n: 2\n",
  "&x a: 1\n!!str a: 2\n",
])("tells a key that stands twice in the words and with the place of the library (row %#)", (text) => {
  const [error] = parseDocument(text, { intAsBigInt: true }).errors;
  const [expected] = error?.message.split(":\n") ?? [];
  expect(expected).toMatch(/^Map keys must be unique at line \d+, column \d+$/);
  expect(() => parseExactYaml(text)).toThrow(
    expect.objectContaining({ message: expected, code: "DUPLICATE_KEY" }),
  );
});

test.each([
  "a: &a { x: 1, y: [2, 3] }\nb: *a\nc: [*a, *a]\n",
  "- &a 1\n- &a 2\n- *a\n",
  "a: &x { b: &y 1 }\nb: &y 2\nc: *x\nd: *y\n",
  "? &a k\n: *a\n? *a\n: 1\n",
  "1: a\n'1': b\n.nan: c\n? { x: 1 }\n: d\n",
  "text: {{ name }}\n",
])("reads what the library reads (row %#)", (text) => {
  expect(parseExactYaml(text)).toEqual({ value: parse(text, { logLevel: "error" }), inexact: [] });
});

test("an integer that no double comes near counts as text", () => {
  const digits = `1${"0".repeat(400)}`;
  const { value, inexact } = parseExactYaml(`a: ${digits}\n`);
  expect([value, inexact]).toEqual([{ a: digits }, [expect.stringContaining('of "a"')]]);
});

test("a version that an alias stands for keeps its digits, and what it stands for its number", () => {
  const { value } = parseExactYaml("a: &v 1.10\nversion: *v\n");
  expect(value).toEqual({ a: 1.1, version: "1.10" });
});

async function countSteps(read: readonly string[]): Promise<number[]> {
  const program = join(import.meta.dirname, "count-steps.ts");
  const child = spawn(process.execPath, ["--no-opt", "--no-maglev", program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(read));
  return (await json(child.stdout)) as number[];
}
