import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readDocument } from "./helpers/documents.ts";
import { root } from "./helpers/published-packages.ts";

const page = readDocument("docs/troubleshooting.md");
const sources = globSync("packages/*/src/**/*.ts", { cwd: root }).map((file) => read(file));

const doors = [
  "@oomol/connect-core",
  "@oomol/connect-core/testing",
  "@oomol/connect-core/adapter",
  "@oomol/connect-core/ai",
  "@oomol/connect-core/traces",
  "@oomol/connect-core/webhooks",
  "@oomol/connect-node",
  "@oomol/connect-node/proxy",
  "@oomol/connect-browser",
  "@oomol/scriptlet",
  "@oomol/scriptlet/testing",
  "@oomol/scriptlet/wire",
];

describe("the page on troubleshooting has", () => {
  test.each(doors)("every error class of %s", async (door) => {
    const exported: Record<string, unknown> = await import(door);
    const errors = Object.keys(exported).filter((name) => isErrorClass(exported[name]));
    expect(errors.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  test("every code of an error", () => {
    const codes = sources.flatMap((source) => codesIn(source));
    expect(codes).toContain("task_failed");
    expect(codes).toContain("broker_unreachable");
    expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });

  test("every status with which the server refuses", () => {
    const [, union = ""] = /type RefusalStatus =([^;]+);/.exec(read("apps/server/src/refusal.ts")) ?? [];
    const statuses = union.match(/\d+/g) ?? [];
    expect(statuses).toContain("400");
    expect(statuses.filter((status) => !rowsOf("Refusals of a server").includes(status))).toEqual([]);
  });

  test("every status with which the proxy refuses", () => {
    const refusals = globSync("packages/node/src/proxy/*.ts", { cwd: root }).flatMap((file) => [
      ...read(file).matchAll(/new Refusal\(\s*(\d+)/g),
    ]);
    const statuses = refusals.map(([, status = ""]) => status);
    expect(statuses).toContain("502");
    expect(statuses.filter((status) => !rowsOf("Refusals of a proxy").includes(status))).toEqual([]);
  });

  test("every exit code of the command", () => {
    const [, object = ""] = /exitCodes = \{([^}]+)\}/.exec(read("apps/cli/src/exit-codes.ts")) ?? [];
    const codes = object.match(/\d+/g) ?? [];
    expect(codes).toContain("130");
    expect(rowsOf("The command line")).toEqual(codes);
  });
});

test("control: an error class is told from other exports", () => {
  expect([TypeError, Map, 1, () => 1].map((value) => isErrorClass(value))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

function isErrorClass(value: unknown): boolean {
  return typeof value === "function" && value.prototype instanceof Error;
}

/** Codes as error classes have them: a field of their own, or what they hand to the class above. */
function codesIn(source: string): string[] {
  if (!/class \w+ extends \w*Error\b/.test(source)) return [];
  const found = source.matchAll(/(?:readonly code = |super\(\s*)"([a-z]+(?:_[a-z]+)*)"/g);
  return [...found].map(([, code = ""]) => code);
}

/** The first cells of the tables of a section. */
function rowsOf(title: string): string[] {
  const [, section = ""] = page.split(`\n## ${title}\n`);
  const [own = ""] = section.split("\n## ");
  return [...own.matchAll(/^\| (\d+) /gm)].map(([, cell = ""]) => cell);
}

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
