import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Processes that run blocks: in a session, standing by after a task at least, and before their first one. */
export interface ExecutorStates {
  busy: number;
  warm: number;
  cold: number;
}

/** The same, and those that were sent away since the start, by reason. */
export interface ExecutorCounts extends ExecutorStates {
  retired: Record<string, number>;
}

/** What the server counts and measures, for Prometheus. */
export interface Metrics {
  readonly contentType: string;
  taskStarted(waitedMs: number): void;
  taskEnded(status: string, ranMs: number): void;
  executorStarted(purpose: "task" | "spare"): void;
  executorTaken(state: "warm" | "spare"): void;
  executorRetired(reason: string): void;
  /** Names who knows the processes that there are now. */
  watchExecutors(count: () => ExecutorStates): void;
  readExecutors(): Promise<ExecutorCounts>;
  /** How an attempt to send a webhook ended: `delivered`, `retried` or `failed` (given up). */
  webhookAttempted(outcome: string): void;
  /** Names who knows how many webhooks are pending. */
  watchWebhooks(count: () => Promise<number>): void;
  requestAnswered(method: string, status: number, tookMs: number): void;
  /** The text that Prometheus reads. */
  read(): Promise<string>;
}

const secondsBuckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1_800];

/** Metrics of one server; `countTasks` answers how many tasks there are in each state. */
export function createMetrics(countTasks: () => Promise<ReadonlyMap<string, number>>): Metrics {
  const registers = [new Registry()];
  const [registry = new Registry()] = registers;
  collectDefaultMetrics({ register: registry });
  const wait = new Histogram({
    registers,
    buckets: secondsBuckets,
    name: "connect_task_queue_wait_seconds",
    help: "From the acceptance of a task to its start.",
  });
  const run = new Histogram({
    registers,
    buckets: secondsBuckets,
    name: "connect_task_run_seconds",
    labelNames: ["status"],
    help: "From the start of a task to its end, by how it ended.",
  });
  const starts = new Counter({
    registers,
    name: "connect_executor_starts_total",
    labelNames: ["purpose"],
    help: "Executor processes started, for a task at once or to stand by.",
  });
  const taken = new Counter({
    registers,
    name: "connect_standing_executors_taken_total",
    labelNames: ["state"],
    help: "Executors standing by that were taken: warm ones have run a task before, spare ones have not.",
  });
  const retired = new Counter({
    registers,
    name: "connect_executors_retired_total",
    labelNames: ["reason"],
    help: "Executors that were sent away, by why they serve no other session.",
  });
  const requests = new Histogram({
    registers,
    buckets: secondsBuckets,
    name: "connect_http_request_seconds",
    labelNames: ["method", "status"],
    help: "HTTP requests, from their headers to those of the answer.",
  });
  new Gauge({
    registers,
    name: "connect_tasks",
    labelNames: ["status"],
    help: "Tasks that the server knows, by state.",
    async collect() {
      this.reset();
      for (const [status, count] of await countTasks()) this.set({ status }, count);
    },
  });

  let countExecutors = (): ExecutorStates => ({ busy: 0, warm: 0, cold: 0 });
  new Gauge({
    registers,
    name: "connect_executors",
    labelNames: ["state"],
    help: "Executor processes: busy ones are in a session, warm and cold ones stand by, after a task or before their first.",
    collect() {
      for (const [state, count] of Object.entries(countExecutors())) this.set({ state }, count);
    },
  });

  const webhooks = new Counter({
    registers,
    name: "connect_webhook_attempts_total",
    labelNames: ["outcome"],
    help: "Attempts to send a webhook, by outcome: delivered, retried (it is tried again) or failed (given up).",
  });
  const watchWebhooks = (count: () => Promise<number>) => {
    new Gauge({
      registers,
      name: "connect_webhooks_pending",
      help: "Webhooks that wait for an attempt, or for the one before them.",
      async collect() {
        this.set(await count());
      },
    });
  };

  return {
    contentType: registry.contentType,
    taskStarted: (waitedMs) => wait.observe(waitedMs / 1_000),
    taskEnded: (status, ranMs) => run.observe({ status }, ranMs / 1_000),
    executorStarted: (purpose) => starts.inc({ purpose }),
    executorTaken: (state) => taken.inc({ state }),
    executorRetired: (reason) => retired.inc({ reason }),
    watchExecutors: (count) => {
      countExecutors = count;
    },
    async readExecutors() {
      const { values } = await retired.get();
      const byReason = values.map(({ labels, value }) => [String(labels.reason), value] as const);
      return { ...countExecutors(), retired: Object.fromEntries(byReason) };
    },
    webhookAttempted: (outcome) => webhooks.inc({ outcome }),
    watchWebhooks,
    requestAnswered: (method, status, tookMs) => requests.observe({ method, status }, tookMs / 1_000),
    read: () => registry.metrics(),
  };
}
