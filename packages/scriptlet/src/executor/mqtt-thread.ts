import { type MessagePort, workerData } from "node:worker_threads";
import type { Mainframe, Unsubscribe } from "../mainframe.ts";
import { openMqttMainframe } from "../mqtt-mainframe.ts";
import { createBatch } from "./batch.ts";
import { endProcessGroup } from "./end-process-group.ts";
import { createEngineReturn } from "./engine-return.ts";
import { takeJobs } from "./take-jobs.ts";
import type { FromThread, ThreadOptions, ToThread } from "./thread-messages.ts";
import { watchEngine } from "./watch-engine.ts";

/** How long a blocked main thread may ignore that the engine is gone. */
const lastChanceMs = 3000;

/**
 * The thread that holds the connection to the broker. A block that keeps the main thread busy for minutes neither loses the
 * connection nor delays the readiness of other jobs (oocana-protocol 9.1 #9).
 */
export async function runMqttThread(): Promise<void> {
  // Only ever started with these options, by start-mqtt-thread.ts.
  const { port, role, inputsTimeoutMs } = workerData as ThreadOptions;
  const tell = (message: FromThread) => port.postMessage(message);
  const watch = watchEngine((reason) => {
    tell({ kind: "engineGone", reason });
    endHeldProcess(endProcessGroup);
  }, outlivesParent(role));
  const engineReturn = "executor" in role ? createEngineReturn(role.executor) : undefined;
  try {
    const mainframe = await openMqttMainframe({
      address: ("executor" in role ? role.executor : role.service).address,
      clientId: clientIdOf(role),
      onConnectionChange: watch.connectionChanged,
      ...(engineReturn && { beforeResending: engineReturn.wait }),
    });
    serve({
      mainframe,
      port,
      tell,
      onTaken: (payload) => engineReturn?.onTaken(payload),
      onClose() {
        watch.stop();
        endHeldProcess();
      },
    });
    if (engineReturn === undefined || !("executor" in role)) return;
    await takeJobs({
      mainframe,
      executorArguments: role.executor,
      inputsTimeoutMs,
      onRunBlock: engineReturn.onRunBlock,
      listener: {
        onJob(payload) {
          engineReturn.onJob(payload.job_id);
          tell({ kind: "job", payload });
        },
        onServiceJob: (payload) => tell({ kind: "serviceJob", payload }),
        onInputs: (jobId, inputs) => tell({ kind: "inputs", jobId, inputs }),
        onNoInputs: (jobId, reason) => tell({ kind: "noInputs", jobId, reason }),
        onSessionFinished() {
          tell({ kind: "sessionFinished" });
          endHeldProcess();
        },
      },
    });
  } catch (error) {
    tell({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
    // The main thread ends the process once it has read this, which takes a while when it is still loading.
    port.ref();
  }
}

/** Two clients with one name disconnect each other: the same service may run for two sessions (oocana-protocol 9.2 #36). */
function clientIdOf(role: ThreadOptions["role"]): string {
  if ("service" in role) return `nodejs-service-${role.service.serviceHash}-${process.pid}-${Date.now()}`;
  const { identifier, sessionId } = role.executor;
  return `nodejs-executor-${identifier ?? sessionId}-${process.pid}`;
}

function outlivesParent(role: ThreadOptions["role"]): boolean {
  return "service" in role && role.service.sessionId === undefined;
}

/**
 * The main thread exits by itself, unless a block holds it: then signals do not reach it either. The timer keeps this
 * thread alive even after the connection has been closed: a block may hold the main thread at the last moment.
 */
function endHeldProcess(before = () => {}): void {
  setTimeout(() => {
    before();
    process.kill(process.pid, "SIGKILL");
  }, lastChanceMs);
}

interface ServeOptions {
  mainframe: Mainframe;
  port: MessagePort;
  tell(message: FromThread): void;
  /** The broker has taken a message. */
  onTaken(payload: string): void;
  onClose(): void;
}

/** Carries out the main thread's requests. */
function serve({ mainframe, port, tell, onTaken, onClose }: ServeOptions): void {
  const subscriptions = new Map<string, Promise<Unsubscribe>>();
  const acknowledged = createBatch<number>((numbers) => tell({ kind: "acknowledged", numbers }));
  const heard = createBatch<string>((messages) => tell({ kind: "heard", messages }));

  port.on("message", (message: ToThread) => {
    if (message.kind === "publish") publish(message.first, message.messages);
    else if (message.kind === "subscribe") subscribe(message.topic);
    else if (message.kind === "unsubscribe") void unsubscribe(message.topic);
    else void close();
  });

  function publish(first: number, messages: string[]): void {
    for (let index = 0; index + 1 < messages.length; index += 2) {
      const number = first + index / 2;
      const [topic = "", payload = ""] = messages.slice(index, index + 2);
      mainframe.publish(topic, payload).then(
        () => {
          onTaken(payload);
          acknowledged.add(number);
        },
        () => tell({ kind: "refused", numbers: [number] }),
      );
    }
  }

  function subscribe(topic: string): void {
    const subscription = mainframe.subscribe(topic, (payload) => heard.add(topic, payload));
    subscriptions.set(topic, subscription);
    subscription.then(
      () => tell({ kind: "subscribed", topic }),
      () => undefined,
    );
  }

  async function unsubscribe(topic: string): Promise<void> {
    const subscription = subscriptions.get(topic);
    subscriptions.delete(topic);
    await subscription?.then((end) => end()).catch(() => undefined);
    tell({ kind: "unsubscribed", topic });
  }

  async function close(): Promise<void> {
    onClose();
    await mainframe.close().catch(() => undefined);
    acknowledged.flush();
    tell({ kind: "closed" });
    port.close();
  }
}
