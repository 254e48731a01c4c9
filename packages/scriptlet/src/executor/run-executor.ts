import { channelTopics } from "../wire/channel.ts";
import { captureDescriptors } from "./capture-descriptors.ts";
import { captureOutput } from "./capture-output.ts";
import { createExecutor } from "./create-executor.ts";
import { endProcessGroup } from "./end-process-group.ts";
import { guardProcess } from "./guard-process.ts";
import type { ExecutorArguments } from "./parse-executor-arguments.ts";
import { relaySpans } from "./relay-spans.ts";
import type { MqttThread } from "./start-mqtt-thread.ts";
import { createThreadMainframe, type ThreadNews } from "./thread-mainframe.ts";
import { replaceWorkerClass } from "./typescript/worker-class.ts";

/** The engine pauses 600 ms between SessionFinished and SIGTERM (oocana-protocol 1.5). */
const flushTimeoutMs = 500;

/** The main thread of the program: runs the jobs that the other thread takes, and exits with the session. */
export async function runExecutor(
  program: URL,
  executorArguments: ExecutorArguments,
  thread: MqttThread,
  cacheDir: string,
): Promise<void> {
  const writeError = process.stderr.write.bind(process.stderr);
  const warnLocally = (text: string) => void writeError(`nodejs-executor: ${text}\n`);
  let leaving: Promise<void> | undefined;

  // What the thread says meanwhile waits until it is listened to.
  if (executorArguments.relaysSpans) await relaySpans((span) => mainframe.publish(channelTopics.span, span));
  const mainframe = createThreadMainframe(thread.port, hear);
  const executor = createExecutor({
    mainframe,
    executorArguments,
    cacheDir,
    jobsHaveSpans: executorArguments.relaysSpans,
    async startService(start) {
      // Loading node:child_process costs some 10 ms, and few sessions have services.
      const { startService } = await import("./services/start-service.ts");
      return startService(start, program, executorArguments);
    },
    warnLocally,
  });
  const guard = guardProcess({
    onUnattributed: blameOpenJobs,
    hasOpenJobs: () => leaving === undefined && executor.openJobs.size > 0,
  });
  captureOutput();
  captureDescriptors();
  replaceWorkerClass(cacheDir);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => leave());
  }
  void thread.broken.then((reason) => {
    if (leaving !== undefined) return;
    warnLocally(`leaving, because ${reason}`);
    guard.exit(1);
  });
  function hear(news: ThreadNews): void {
    switch (news.kind) {
      case "job":
        executor.onJob(news.payload);
        break;
      case "serviceJob":
        executor.onServiceJob(news.payload);
        break;
      case "inputs":
        executor.onInputs(news.jobId, news.inputs);
        break;
      case "noInputs":
        executor.onNoInputs(news.jobId, news.reason);
        break;
      case "sessionFinished":
        leave(0);
        break;
      case "engineGone":
        warnLocally(`leaving, because ${news.reason}`);
        leave(1, endProcessGroup);
        break;
      case "failed":
        warnLocally(news.reason);
        guard.exit(1);
        break;
    }
  }

  /** Waits for acknowledgements, but never longer than the engine does. Jobs cut short must not look like a clean end. */
  function leave(code?: number, beforeExit = () => {}): void {
    leaving ??= (async () => {
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, flushTimeoutMs));
      await Promise.race([mainframe.close(), deadline]).catch(() => undefined);
      // The last acknowledgements have just arrived.
      await new Promise(setImmediate);
      beforeExit();
      guard.exit(code ?? (executor.openJobs.size > 0 ? 1 : 0));
    })();
  }

  /** A failure outside of every scope may have broken any of them (oocana-protocol 6.10). */
  function blameOpenJobs(error: unknown): void {
    warnLocally(`uncaught: ${error instanceof Error ? error.stack : String(error)}`);
    for (const channel of executor.openJobs) {
      if (!channel.isFinished) void channel.finish({ error });
    }
  }
}
