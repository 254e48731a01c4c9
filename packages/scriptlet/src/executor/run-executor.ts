import { openMqttMainframe } from "../mqtt-mainframe.ts";
import { resolveCacheDir } from "./cache-dir.ts";
import { captureOutput } from "./capture-output.ts";
import { guardProcess } from "./guard-process.ts";
import { type ExecutorArguments, parseExecutorArguments } from "./parse-executor-arguments.ts";
import { type Executor, startExecutor } from "./start-executor.ts";
import { watchEngine } from "./watch-engine.ts";

/** The engine pauses 600 ms between SessionFinished and SIGTERM (section 1.5). */
const flushTimeoutMs = 500;

/** The whole program: connects, runs jobs, and leaves with the session. */
export async function runExecutor(argv: readonly string[]): Promise<void> {
  const writeError = process.stderr.write.bind(process.stderr);
  const warnLocally = (text: string) => void writeError(`nodejs-executor: ${text}\n`);
  let executor: Executor | undefined;
  let leaving: Promise<void> | undefined;
  let flush = () => Promise.resolve();

  const guard = guardProcess({
    onUnattributed: blameOpenJobs,
    hasOpenJobs: () => leaving === undefined && (executor?.openJobs.size ?? 0) > 0,
  });
  captureOutput();
  const watch = watchEngine((reason) => {
    warnLocally(`leaving, because ${reason}`);
    leave(1);
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // Jobs cut short must not look like a clean end (section 1.5).
    process.on(signal, () => leave(executor !== undefined && executor.openJobs.size > 0 ? 1 : 0));
  }

  try {
    const executorArguments = parseExecutorArguments(argv);
    const { address, identifier, sessionId } = executorArguments;
    const mainframe = await openMqttMainframe({
      address,
      clientId: `nodejs-executor-${identifier ?? sessionId}-${process.pid}`,
      onConnectionChange: watch.connectionChanged,
    });
    flush = () => mainframe.close();
    await openInspector(executorArguments);
    executor = await startExecutor({
      mainframe,
      executorArguments,
      cacheDir: resolveCacheDir(process.env),
      onSessionFinished: () => leave(0),
      warnLocally,
    });
  } catch (error) {
    warnLocally(error instanceof Error ? error.message : String(error));
    guard.exit(1);
  }

  /** Waits for acknowledgements, but never longer than the engine does. */
  function leave(code: number): void {
    leaving ??= (async () => {
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, flushTimeoutMs));
      await Promise.race([flush(), deadline]).catch(() => undefined);
      guard.exit(code);
    })();
  }

  /** A failure nobody's scope explains may have broken any of them (section 6.10). */
  function blameOpenJobs(error: unknown): void {
    warnLocally(`uncaught: ${error instanceof Error ? error.stack : String(error)}`);
    for (const channel of executor?.openJobs ?? []) {
      if (!channel.isFinished) void channel.finish({ error });
    }
  }
}

async function openInspector({ inspectPort }: ExecutorArguments): Promise<void> {
  if (inspectPort === undefined) return;
  const { open, url } = await import("node:inspector");
  // Already open when the program was started with the flag itself.
  if (url() === undefined) open(inspectPort, "127.0.0.1");
}
