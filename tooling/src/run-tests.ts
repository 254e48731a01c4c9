// `pnpm test`: the tests of every package, those of unchanged ones from turbo's cache, and one line on all of them at the end.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { reportFile, type TestReport } from "./test-report.ts";

interface TestTask {
  package: string;
  directory: string;
}

interface Ended extends TestTask {
  report: TestReport | undefined;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
// Tests mostly wait for processes to start: one package more than there are cores on a small machine keeps those busy.
const flags = [
  "--concurrency=3",
  "--continue=dependencies-successful",
  "--output-logs=new-only",
  "--log-order=grouped",
];
const given = process.argv.slice(2).filter((one, index) => !(index === 0 && one === "--"));

const startedAt = Date.now();
const tasks = listTestTasks();
for (const { directory } of tasks) rmSync(join(root, directory, reportFile), { force: true });
let isGreen = turbo([...flags, ...given]);
let ended = tasks.map(readReport);

// A cached pass that a missing program has skipped says nothing of today's machine.
const stale = ended.filter(({ report }) => report?.missesProgram && report.startedAt < startedAt);
if (stale.length > 0) {
  const filters = stale.map((one) => `--filter=${one.package}`);
  isGreen = turbo([...flags, "--only", "--force", ...filters]) && isGreen;
  ended = tasks.map(readReport);
}

for (const line of slowest(ended, 20)) console.log(line);
for (const line of skips(ended)) console.log(line);
for (const line of failures(ended)) console.log(line);
const silent = ended.filter(({ report }) => report === undefined);
for (const one of silent) console.log(`${one.package} has no report: its tests did not run to their end.`);
const total = (name: "passed" | "failed" | "skipped") =>
  ended.reduce((sum, { report }) => sum + (report?.[name] ?? 0), 0);
const failed = total("failed") + silent.length;
console.log(`${total("passed")} passed, ${failed} failed, ${total("skipped")} skipped`);
process.exitCode = isGreen && failed === 0 ? 0 : 1;

/** Runs turbo in sight of the caller. */
function turbo(args: readonly string[]): boolean {
  // The runner starts a process for each file: what they load is compiled once.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(root, "tooling/node_modules/.cache/compiled") };
  const program = join(root, "node_modules/turbo/bin/turbo");
  return (
    spawnSync(process.execPath, [program, "run", "test", ...args], { cwd: root, env, stdio: "inherit" })
      .status === 0
  );
}

/** The packages with tests, as far as the caller's flags let them in. */
function listTestTasks(): TestTask[] {
  const program = join(root, "node_modules/turbo/bin/turbo");
  const args = [program, "run", "test", "--dry=json", ...given];
  const { stdout } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
  });
  const { tasks } = JSON.parse(stdout) as { tasks: (TestTask & { task: string; command: string })[] };
  return tasks.filter(({ task, command }) => task === "test" && command !== "<NONEXISTENT>");
}

function readReport(task: TestTask): Ended {
  const file = join(root, task.directory, reportFile);
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as TestReport) : undefined;
  return { ...task, report };
}

function slowest(all: readonly Ended[], count: number): string[] {
  const files = all.flatMap(({ directory, report }) =>
    (report?.files ?? []).map(({ path, seconds }) => ({ path: `${directory}/${path}`, seconds })),
  );
  files.sort((one, other) => other.seconds - one.seconds);
  const lines = files
    .slice(0, count)
    .map(({ path, seconds }) => `${seconds.toFixed(1).padStart(6)} s  ${path}`);
  return ["", `The ${lines.length} slowest of ${files.length} files:`, ...lines, ""];
}

function skips(all: readonly Ended[]): string[] {
  return all.flatMap(({ package: name, report }) =>
    Object.entries(report?.reasons ?? {}).map(([reason, count]) => `${count} skipped in ${name}: ${reason}`),
  );
}

/** Last, since whoever reads only the end of a long log looks for these. */
function failures(all: readonly Ended[]): string[] {
  return all.flatMap(({ directory, report }) =>
    (report?.failures ?? []).map(
      ({ name, message }) => `failed: ${directory}/${name}\n  ${message.replaceAll("\n", "\n  ")}`,
    ),
  );
}
