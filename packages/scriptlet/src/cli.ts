import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { isMainThread, workerData } from "node:worker_threads";
import { resolveCacheDir } from "./executor/cache-dir.ts";
import { parseExecutorArguments } from "./executor/parse-executor-arguments.ts";
import { parseServiceArguments } from "./executor/services/parse-service-arguments.ts";
import { startMqttThread } from "./executor/start-mqtt-thread.ts";
import type { ThreadOptions } from "./executor/thread-messages.ts";

const cacheDir = isMainThread ? resolveCacheDir(process.env) : (workerData as ThreadOptions).cacheDir;
// Before anything large is loaded: the engine waits for readiness.
enableCompileCache(join(cacheDir, "compiled"));

if (isMainThread) await runMain();
else {
  const { runMqttThread } = await import("./executor/mqtt-thread.ts");
  await runMqttThread();
}

/** The other thread loads and connects while this one loads the code that runs blocks. */
async function runMain(): Promise<void> {
  const program = new URL(import.meta.url);
  try {
    const serviceArguments = parseServiceArguments(process.argv.slice(2));
    if (serviceArguments !== undefined) {
      const thread = startMqttThread(program, { service: serviceArguments }, cacheDir);
      const { runServiceProcess } = await import("./executor/services/run-service-process.ts");
      return await runServiceProcess(serviceArguments, thread, cacheDir);
    }
    const executorArguments = parseExecutorArguments(process.argv.slice(2));
    const channel = /^fd:(\d+)$/.exec(executorArguments.address);
    if (channel !== null) {
      const { runChannelExecutor } = await import("./executor/run-channel-executor.ts");
      return await runChannelExecutor(Number(channel[1]), executorArguments, cacheDir);
    }
    const isDebugged = executorArguments.inspectPort !== undefined;
    const debugging = isDebugged ? await import("./executor/open-inspector.ts") : undefined;
    // Before the other thread announces the port.
    debugging?.openInspector(executorArguments);
    const thread = startMqttThread(program, { executor: executorArguments }, cacheDir);
    // Before the signal listeners, so that signals end the process at once, and in the same turn as the opening: a debugger's
    // permission to continue must not come earlier.
    debugging?.holdForDebugger(executorArguments);
    const { runExecutor } = await import("./executor/run-executor.ts");
    await runExecutor(program, executorArguments, thread, cacheDir);
  } catch (error) {
    process.stderr.write(`nodejs-executor: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
