import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from "vitest/node";

/** Of one package's tests, where `pnpm test` reads it. */
export const reportFile = ".turbo/test-report.json";

export interface TestReport {
  passed: number;
  failed: number;
  skipped: number;
  /** Why tests were skipped, each reason with how many. What the machine misses is among them. */
  reasons: Record<string, number>;
  missesProgram: boolean;
  files: { path: string; seconds: number }[];
  /** What failed, with the beginning of each error. */
  failures: { name: string; message: string }[];
  /** When the tests began, in milliseconds since 1970. */
  startedAt: number;
}

/** Writes what a package's tests came to, so that the command can add it up, from the cache as well. */
export default class WriteTestReport implements Reporter {
  #root = ".";
  #startedAt = Date.now();

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root;
  }

  onTestRunStart(): void {
    this.#startedAt = Date.now();
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, skipped: 0 };
    const failures = unhandledErrors.map((error) => ({
      name: "an error outside of any test",
      message: beginningOf([error]),
    }));
    const reasons: Record<string, number> = {};
    let missesProgram = false;
    for (const module of modules) {
      const path = this.#pathOf(module);
      const failedBefore = failures.length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "failed" || result.state === "pending") {
          failures.push({ name: `${path} > ${test.fullName}`, message: beginningOf(result.errors) });
          continue;
        }
        counts[result.state] += 1;
        if (result.state === "passed") continue;
        const missing = missingOf(test);
        missesProgram ||= missing !== undefined;
        const reason = missing ?? result.note ?? `${test.fullName} (by its own condition)`;
        reasons[reason] = (reasons[reason] ?? 0) + 1;
      }
      // A file that cannot be loaded, or a hook, fails without a test.
      for (const suite of [module, ...module.children.allSuites()]) {
        if (suite.state() !== "failed" || suite.errors().length === 0) continue;
        const name = suite === module ? path : `${path} > ${(suite as TestSuite).fullName}`;
        failures.push({ name, message: beginningOf(suite.errors()) });
      }
      if (module.state() === "failed" && failures.length === failedBefore) {
        failures.push({ name: path, message: "The file failed without an error." });
      }
    }
    const files = modules.map((module) => ({ path: this.#pathOf(module), seconds: secondsOf(module) }));
    const report: TestReport = {
      ...counts,
      failed: failures.length,
      reasons,
      missesProgram,
      files,
      failures,
      startedAt: this.#startedAt,
    };
    const file = join(this.#root, reportFile);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(report));
  }

  #pathOf(module: TestModule): string {
    return relative(this.#root, module.moduleId).replaceAll("\\", "/");
  }
}

/** The first lines of the first error. The whole of it stands where the test ran. */
function beginningOf(errors: readonly unknown[] | undefined): string {
  const [first] = errors ?? [];
  if (first === undefined) return "It did not end.";
  const message = (first as { message?: unknown }).message ?? first;
  return String(message).split("\n").slice(0, 12).join("\n").slice(0, 1200);
}

/** What the test, or what it stands in, could not run without. */
function missingOf(task: TestCase | TestSuite | TestModule): string | undefined {
  return task.meta().missing ?? ("parent" in task ? missingOf(task.parent) : undefined);
}

/** From loading the file to its last hook. */
function secondsOf(module: TestModule): number {
  const { collectDuration, setupDuration, prepareDuration, environmentSetupDuration, duration } =
    module.diagnostic();
  return (collectDuration + setupDuration + prepareDuration + environmentSetupDuration + duration) / 1000;
}
