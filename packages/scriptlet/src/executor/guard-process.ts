import { BlockExit } from "./block-exit.ts";
import { jobScope } from "./job-scope.ts";

export interface ProcessGuard {
  /** Exits the process; blocks cannot. */
  exit(code: number): never;
}

export interface ProcessGuardOptions {
  /** Called for a failure that belongs to no running job; `isLate` if it belongs to a job that has ended. */
  onUnattributed(error: unknown, isLate: boolean): void;
  /** Called for each failure and each call of `process.exit`, whoever caused it. */
  onTrouble?(description: string): void;
  /** True while jobs run: exiting with code 0 would then hang the engine (oocana-protocol 1.5). */
  hasOpenJobs(): boolean;
}

/** Keeps blocks from ending the process: `process.exit`, uncaught exceptions and rejections end their job instead. */
export function guardProcess({
  onUnattributed,
  onTrouble = () => undefined,
  hasOpenJobs,
}: ProcessGuardOptions): ProcessGuard {
  const realExit = process.exit.bind(process);

  process.exit = ((code?: number | string | null) => {
    onTrouble(`process.exit(${String(code ?? "")})`);
    jobScope.getStore()?.exit(code ?? undefined);
    throw new BlockExit(code);
  }) as typeof process.exit;

  const blame = (error: unknown) => {
    if (error instanceof BlockExit) return;
    onTrouble(`an uncaught failure: ${error instanceof Error ? error.message : String(error)}`);
    const scope = jobScope.getStore();
    if (scope === undefined || scope.channel.isFinished) onUnattributed(error, scope !== undefined);
    else void scope.channel.finish({ error });
  };
  process.on("uncaughtException", blame);
  process.on("unhandledRejection", blame);
  process.on("exit", (code) => {
    if (code === 0 && hasOpenJobs()) process.exitCode = 1;
  });

  return { exit: realExit };
}
