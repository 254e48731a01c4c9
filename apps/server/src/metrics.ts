import type { Meter } from "@opentelemetry/api";
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
  /** So many bytes of an upload that resumes were stored. */
  uploadReceived(bytes: number): void;
  /** How an upload ended: `taken` by a task, `deleted` or `expired`. */
  uploadEnded(outcome: string): void;
  /** Names who knows what uploads there are that no task has taken. */
  watchUploads(count: () => Promise<{ count: number; bytes: number }>): void;
  requestAnswered(method: string, status: number, tookMs: number): void;
  /** The text that Prometheus reads. */
  read(): Promise<string>;
}

const secondsBuckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1_800];

/**
 * Metrics of one server; `countTasks` answers how many tasks there are in each state. A `meter` of OpenTelemetry gets the same under
 * the same names.
 */
export function createMetrics(
  countTasks: () => Promise<ReadonlyMap<string, number>>,
  meter?: Meter,
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { seconds, counter, gauge } = createInstruments(registry, meter);
  const wait = seconds("connect_task_queue_wait_seconds", "From the acceptance of a task to its start.");
  const run = seconds(
    "connect_task_run_seconds",
    "From the start of a task to its end, by how it ended.",
    "status",
  );
  const starts = counter(
    "connect_executor_starts_total",
    "Executor processes started, for a task at once or to stand by.",
    "purpose",
  );
  const taken = counter(
    "connect_standing_executors_taken_total",
    "Executors standing by that were taken: warm ones have run a task before, spare ones have not.",
    "state",
  );
  const retired = counter(
    "connect_executors_retired_total",
    "Executors that were sent away, by why they serve no other session.",
    "reason",
  );
  const requests = seconds(
    "connect_http_request_seconds",
    "HTTP requests, from their headers to those of the answer.",
    "method",
    "status",
  );
  gauge("connect_tasks", "Tasks that the server knows, by state.", "status", countTasks);

  let countExecutors = (): ExecutorStates => ({ busy: 0, warm: 0, cold: 0 });
  gauge(
    "connect_executors",
    "Executor processes: busy ones are in a session, warm and cold ones stand by, after a task or before their first.",
    "state",
    async () => new Map(Object.entries(countExecutors())),
  );

  const webhooks = counter(
    "connect_webhook_attempts_total",
    "Attempts to send a webhook, by outcome: delivered, retried (it is tried again) or failed (given up).",
    "outcome",
  );

  const received = counter(
    "connect_upload_received_bytes_total",
    "Bytes of resumable uploads that were stored.",
  );
  const ended = counter(
    "connect_uploads_ended_total",
    "Resumable uploads by how they ended: taken by a task, deleted or expired.",
    "outcome",
  );

  return {
    contentType: registry.contentType,
    taskStarted: (waitedMs) => wait({}, waitedMs),
    taskEnded: (status, ranMs) => run({ status }, ranMs),
    executorStarted: (purpose) => starts.add({ purpose }),
    executorTaken: (state) => taken.add({ state }),
    executorRetired: (reason) => retired.add({ reason }),
    watchExecutors: (count) => {
      countExecutors = count;
    },
    async readExecutors() {
      const byReason = (await retired.read()).map(
        ({ labels, value }) => [String(labels.reason), value] as const,
      );
      return { ...countExecutors(), retired: Object.fromEntries(byReason) };
    },
    webhookAttempted: (outcome) => webhooks.add({ outcome }),
    watchWebhooks(count) {
      gauge(
        "connect_webhooks_pending",
        "Webhooks that wait for an attempt, or for the one before them.",
        undefined,
        async () => new Map([["", await count()]]),
      );
    },
    uploadReceived: (bytes) => received.add({}, bytes),
    uploadEnded: (outcome) => ended.add({ outcome }),
    watchUploads(count) {
      gauge(
        "connect_uploads",
        "Resumable uploads that no task has taken.",
        undefined,
        async () => new Map([["", (await count()).count]]),
      );
      gauge(
        "connect_upload_reserved_bytes",
        "Bytes that resumable uploads have which no task has taken, or are to have.",
        undefined,
        async () => new Map([["", (await count()).bytes]]),
      );
    },
    requestAnswered: (method, status, tookMs) => requests({ method, status }, tookMs),
    read: () => registry.metrics(),
  };
}

type Labels = Record<string, string | number>;

/** Each is one of Prometheus, and one of the meter if there is one. */
function createInstruments(registry: Registry, meter: Meter | undefined) {
  const registers = [registry];
  return {
    seconds(name: string, help: string, ...labelNames: string[]) {
      const ours = new Histogram({ registers, buckets: secondsBuckets, name, help, labelNames });
      const theirs = meter?.createHistogram(name, {
        description: help,
        unit: "s",
        advice: { explicitBucketBoundaries: secondsBuckets },
      });
      return (labels: Labels, ms: number) => {
        ours.observe(labels, ms / 1_000);
        theirs?.record(ms / 1_000, labels);
      };
    },
    counter(name: string, help: string, ...labelNames: string[]) {
      const ours = new Counter({ registers, name, help, labelNames });
      const theirs = meter?.createCounter(name, { description: help });
      return {
        add(labels: Labels, count = 1) {
          ours.inc(labels, count);
          theirs?.add(count, labels);
        },
        read: async () => (await ours.get()).values,
      };
    },
    /** Read when somebody asks; by the values of its label, if it has one. */
    gauge(
      name: string,
      help: string,
      label: string | undefined,
      count: () => Promise<ReadonlyMap<string, number>>,
    ) {
      const labelled = (value: string): Labels => (label === undefined ? {} : { [label]: value });
      new Gauge({
        registers,
        name,
        help,
        labelNames: label === undefined ? [] : [label],
        async collect() {
          this.reset();
          for (const [value, number] of await count()) this.set(labelled(value), number);
        },
      });
      meter?.createObservableGauge(name, { description: help }).addCallback(async (result) => {
        // At the end of the program its database is closed already.
        const counts = await count().catch(() => new Map<string, number>());
        for (const [value, number] of counts) result.observe(number, labelled(value));
      });
    },
  };
}
