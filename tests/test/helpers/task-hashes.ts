import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./published-packages.ts";

interface DryRun {
  tasks: { package: string; task: string; command: string; hash: string }[];
}

/** What turbo would know the test task of each package by, in a repository. */
export async function testHashesIn(repository: string): Promise<Map<string, string>> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, "node_modules/turbo/bin/turbo"), "run", "test", "--dry=json", "--cwd", repository],
    { env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" }, maxBuffer: 64 * 2 ** 20 },
  );
  const { tasks } = JSON.parse(stdout) as DryRun;
  const tests = tasks.filter(({ task, command }) => task === "test" && command !== "<NONEXISTENT>");
  return new Map(tests.map((one) => [one.package, one.hash]));
}
