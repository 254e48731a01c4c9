import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { snippetsOf } from "./documents.ts";
import { root } from "./published-packages.ts";

/** The commands of a README, line by line, in the example's folder; what they print. */
export async function runReadme(
  example: string,
  cwd: string,
  settings: Record<string, string> = {},
): Promise<string> {
  const commands = snippetsOf(`examples/${example}/README.md`).filter(({ language }) => language === "sh");
  expect(commands).not.toEqual([]);
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { ...process.env, ...settings, PATH: path, NODE_OPTIONS: "", NO_COLOR: "1" };
  let output = "";
  for (const line of commands.flatMap(({ code }) => code.trim().split("\n"))) {
    const { stdout } = await promisify(execFile)(line, { cwd, env, shell: true });
    output += stdout;
  }
  return output;
}

/** A copy where an example finds the packages of the tests; gone at the end. */
export async function copyExample(name: string): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(root, "tests/guide-"));
  await cp(join(root, "examples", name), path, { recursive: true });
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
