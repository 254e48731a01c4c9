import { printedErrors } from "@oomol/connect-shared/printed-errors";

/** The engine's errors as sentences. That an executor was late is said with what to do. */
export function plainWords(text: string): string {
  return printedErrors(text).replace(lateExecutor, explainLate);
}

const lateExecutor =
  /Executor ([\w.-]+)-executor identifier Some\("[^"]*"\) for package .+? timeout after (\d+)s/g;

function explainLate(_whole: string, executor: string, seconds: string): string {
  return `The executor "${executor}" was not ready within ${seconds} s. The engine of flows allows no more: --executor-ready-timeout-ms counts for blocks that are run by themselves only. If the machine was busy, let fewer tasks run at once (--concurrency).`;
}
