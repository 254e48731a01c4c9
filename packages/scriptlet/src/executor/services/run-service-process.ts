import { captureDescriptors } from "../capture-descriptors.ts";
import { captureOutput } from "../capture-output.ts";
import { guardProcess } from "../guard-process.ts";
import { createBlockLoader } from "../load-block.ts";
import { createSharedParts } from "../shared-parts.ts";
import type { MqttThread } from "../start-mqtt-thread.ts";
import { createThreadMainframe } from "../thread-mainframe.ts";
import { replaceWorkerClass } from "../typescript/worker-class.ts";
import type { ServiceArguments } from "./parse-service-arguments.ts";
import { runService } from "./service.ts";

const flushTimeoutMs = 500;

/** The main thread of a service's process: serves until its lifetime ends, then exits. */
export async function runServiceProcess(
  service: ServiceArguments,
  thread: MqttThread,
  cacheDir: string,
): Promise<void> {
  const { sessionDir, serviceHash, sessionId } = service;
  const writeError = process.stderr.write.bind(process.stderr);
  const warnLocally = (text: string) => void writeError(`nodejs-executor service: ${text}\n`);
  const mainframe = createThreadMainframe(thread.port, (news) => {
    if (news.kind === "engineGone" || news.kind === "failed") giveUp(news.reason);
  });
  const parts = createSharedParts({
    mainframe,
    sessionDir,
    // A service has no flow of its own (oocana-protocol 4).
    tmpDir: sessionDir,
    packageName: serviceHash,
    warnLocally,
  });
  const guard = guardProcess({
    onUnattributed(error) {
      warnLocally(`uncaught: ${error instanceof Error ? error.stack : String(error)}`);
      for (const channel of parts.openJobs) {
        if (!channel.isFinished) void channel.finish({ error });
      }
    },
    hasOpenJobs: () => false,
  });
  captureOutput();
  captureDescriptors();
  replaceWorkerClass(cacheDir);
  void thread.broken.then(giveUp);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void leave(0));

  const loadModule = createBlockLoader(cacheDir);
  await runService({ mainframe, serviceHash, sessionId, parts, loadModule });
  await leave(0);

  function giveUp(reason: string): void {
    warnLocally(`leaving, because ${reason}`);
    void leave(1);
  }

  async function leave(code: number): Promise<void> {
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, flushTimeoutMs));
    await Promise.race([mainframe.close(), deadline]).catch(() => undefined);
    guard.exit(code);
  }
}
