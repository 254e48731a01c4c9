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
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const reasons: Record<string, number> = {};
    let missesProgram = false;
    for (const module of modules) {
      const failedBefore = counts.failed;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state === "pending" ? "failed" : result.state] += 1;
        if (result.state !== "skipped") continue;
        const missing = missingOf(test);
        missesProgram ||= missing !== undefined;
        const reason = missing ?? result.note ?? `${test.fullName} (by its own condition)`;
        reasons[reason] = (reasons[reason] ?? 0) + 1;
      }
      // A file that cannot be loaded, or a hook, fails without a test.
      const suites = [module, ...module.children.allSuites()];
      counts.failed += suites.filter(
        (suite) => suite.state() === "failed" && suite.errors().length > 0,
      ).length;
      if (module.state() === "failed" && counts.failed === failedBefore) counts.failed += 1;
    }
    const files = modules.map((module) => ({
      path: relative(this.#root, module.moduleId).replaceAll("\\", "/"),
      seconds: secondsOf(module),
    }));
    const report: TestReport = { ...counts, reasons, missesProgram, files, startedAt: this.#startedAt };
    const file = join(this.#root, reportFile);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(report));
  }
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
