import { InvalidInputError, OomolConnectClient, OomolConnectError } from "@oomol/connect-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRetryAfter } from "../src/http/decode-answer.ts";
import { normalizeInputValues } from "../src/input-values/normalize-input-values.ts";
import type { TaskInputValues } from "../src/types.ts";
import { adaptivePauseMs, BackoffStrategy, retryPauseMs, scheduledPauseMs } from "../src/waiting/backoff.ts";
import { waitUntilDone } from "../src/waiting/wait.ts";

// Bounded and seeded: what failed once fails again.
const settings = { seed: 20_261_122, numRuns: 500 };

test("input values: whatever is given is refused in words, or can travel", () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  const inputs = fc.oneof(
    anything,
    fc.dictionary(fc.string(), anything),
    fc.array(fc.record({ handle: fc.string(), value: anything })),
    fc.array(fc.record({ nodeId: fc.string(), inputs: fc.array(fc.record({ handle: fc.string() })) })),
  );
  fc.assert(
    fc.property(inputs, (given) => {
      let nodes: ReturnType<typeof normalizeInputValues>;
      try {
        nodes = normalizeInputValues(given as TaskInputValues);
      } catch (failure) {
        expect(failure).toBeInstanceOf(InvalidInputError);
        return;
      }
      const travelled = JSON.parse(JSON.stringify(nodes)) as typeof nodes;
      expect(travelled.map(({ nodeId }) => nodeId)).toEqual(nodes.map(({ nodeId }) => nodeId));
      expect(travelled.map((node) => node.inputs.map(({ handle }) => handle))).toEqual(
        nodes.map((node) => node.inputs.map(({ handle }) => handle)),
      );
    }),
    { ...settings, numRuns: 2_000 },
  );
});

describe("answers: any JSON is decoded or one of our errors", () => {
  const calls: [string, (client: OomolConnectClient) => Promise<unknown>][] = [
    ["blocks.list", (client) => client.blocks.list()],
    ["tasks.list", (client) => client.tasks.list()],
    ["tasks.get", (client) => client.tasks.get("t")],
    ["tasks.getLogs", (client) => client.tasks.getLogs("t")],
    ["tasks.create", (client) => client.tasks.create({ blockId: "a::b" })],
    ["packages.list", (client) => client.packages.list()],
    ["packages.listInstallTasks", (client) => client.packages.listInstallTasks()],
    ["packages.getInstallTask", (client) => client.packages.getInstallTask("t")],
    ["applets.list", (client) => client.applets.list()],
  ];
  // Names that the API uses, so that what is made up comes close to what is right.
  const name = fc.constantFrom(
    ...["task", "tasks", "logs", "blocks", "packages", "id", "status", "name", "path", "type", "event"],
    ...["package", "version", "error", "success", "message", "data", "appletId", "__proto__"],
  );
  const { answer } = fc.letrec((tie) => ({
    answer: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(null, true, false, "", "completed", "a-1.0.0", 0, -1, 1e300),
      fc.string(),
      fc.array(tie("answer"), { maxLength: 3 }),
      fc.dictionary(name, tie("answer"), { maxKeys: 4 }),
    ),
  }));

  test.each(calls)("%s", async (_, call) => {
    const status = fc.constantFrom(200, 200, 200, 201, 400, 404, 500);
    await fc.assert(
      fc.asyncProperty(answer, status, async (body, code) => {
        const answered = async () => new Response(JSON.stringify(body), { status: code });
        const options = {
          baseUrl: "http://fuzz.test/api",
          appletsUrl: "http://fuzz.test",
          retry: false,
        } as const;
        const client = new OomolConnectClient({ ...options, fetch: answered });
        const outcome = await call(client).catch((failure: unknown) => failure);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(OomolConnectError);
        else expect(code).toBeLessThan(300);
      }),
      { ...settings, numRuns: 300 },
    );
  });
});

test("answers: fields that this client does not know are kept, and wrong optional ones count as absent", async () => {
  const extra = fc.dictionary(
    fc.string().map((key) => `x-${key}`),
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(extra, fc.jsonValue(), async (fields, wrong) => {
      const task = { id: "t", status: "running", ...fields };
      const answered = async () => Response.json({ task: { ...task, created_at: { wrong } } });
      const client = new OomolConnectClient({ baseUrl: "http://fuzz.test/api", fetch: answered });
      const { task: decoded } = await client.tasks.get("t");
      expect({ ...decoded, created_at: undefined }).toEqual({
        ...JSON.parse(JSON.stringify(task)),
        created_at: undefined,
      });
    }),
    { ...settings, numRuns: 200 },
  );
});

describe("event streams", () => {
  const log = fc.record({
    id: fc.nat({ max: 5 }),
    type: fc.constantFrom("BlockLog", "BlockOutput"),
    event: fc.record({ log: fc.string({ unit: "grapheme", maxLength: 20 }) }),
  });
  const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });

  /** The logs that a run sees, in order, where the server's stream is cut like this. */
  async function logsOf(bytes: Uint8Array, sizes: readonly number[]): Promise<unknown[]> {
    const answer = async (_input: string | URL | Request, init?: RequestInit) => {
      const accepts = new Headers(init?.headers).get("accept");
      const headers = { "connect-extensions": "events" };
      if (accepts !== "text/event-stream")
        return Response.json({ task: { id: "t", status: "running" } }, { headers });
      return new Response(inPieces(bytes, sizes), { headers });
    };
    const client = new OomolConnectClient({ baseUrl: "http://fuzz.test/api", fetch: answer, retry: false });
    await client.tasks.get("t");
    const logs: unknown[] = [];
    const run = client.tasks.attach("t");
    for await (const event of run) if (event.type === "log") logs.push(event.log);
    return logs;
  }

  test("give the same events wherever the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(log, { maxLength: 8 }), lineEnd, cuts, async (logs, end, sizes) => {
        const lines = [": a comment", ""];
        for (const one of logs) lines.push("event: log", `id: ${one.id}`, `data: ${JSON.stringify(one)}`, "");
        lines.push("event: something-newer", "data: {}", "", "event: status");
        lines.push(`data: ${JSON.stringify({ id: "t", status: "completed" })}`, "", "");
        const bytes = new TextEncoder().encode(lines.join(end));
        // Each id counts once.
        const seen = new Set<number>();
        const expected = logs.filter(({ id }) => seen.size !== seen.add(id).size);
        expect(await logsOf(bytes, sizes)).toEqual(expected);
      }),
      { ...settings, numRuns: 200 },
    );
  });

  test("of any bytes end in a task that is done, or are opened again", async () => {
    const done = new TextEncoder().encode('\n\nevent: status\ndata: {"id":"t","status":"completed"}\n\n');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), cuts, async (noise, sizes) => {
        expect(await logsOf(new Uint8Array([...noise, ...done]), sizes)).toEqual([]);
      }),
      { ...settings, numRuns: 200 },
    );
  });
});

describe("pauses", () => {
  test("of nothing stay nothing after more failures and looks than powers of two can count", () => {
    expect(retryPauseMs(2_000, { baseMs: 0, maxMs: 5_000 }, () => 0.5)).toBe(0);
    const schedule = { intervalMs: 0, maxIntervalMs: 10, strategy: BackoffStrategy.Exponential, factor: 1.5 };
    expect(scheduledPauseMs(schedule, { looks: 5_000, waitedMs: 0 })).toBe(0);
  });

  const random = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

  test("of a retry lie between nothing and their bound, which doubles up to a limit", () => {
    fc.assert(
      fc.property(
        random,
        fc.integer({ min: 1, max: 2_000 }),
        fc.nat(),
        fc.nat(),
        (chance, failures, baseMs, maxMs) => {
          const pauseMs = retryPauseMs(failures, { baseMs, maxMs }, () => chance);
          expect(pauseMs).toBeGreaterThanOrEqual(0);
          expect(pauseMs).toBeLessThanOrEqual(maxMs);
          if (failures < 20) expect(pauseMs).toBeLessThanOrEqual(baseMs * 2 ** (failures - 1));
        },
      ),
      settings,
    );
  });

  test("of a wait grow with it, between a quarter of a second and three, give or take a tenth", () => {
    fc.assert(
      fc.property(random, fc.nat(), fc.nat(), (chance, waitedMs, moreMs) => {
        const at = (ms: number) => adaptivePauseMs({ looks: 1, waitedMs: ms }, () => chance);
        expect(at(waitedMs)).toBeGreaterThanOrEqual(224.999);
        expect(at(waitedMs)).toBeLessThanOrEqual(3_300.001);
        expect(at(waitedMs + moreMs)).toBeGreaterThanOrEqual(at(waitedMs));
      }),
      settings,
    );
  });

  test("by the caller's own options never exceed the longest", () => {
    const options = fc.record({
      intervalMs: fc.nat(),
      maxIntervalMs: fc.nat(),
      strategy: fc.constant(BackoffStrategy.Exponential),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
    });
    fc.assert(
      fc.property(options, fc.integer({ min: 1, max: 5_000 }), (given, looks) => {
        expect(scheduledPauseMs(given, { looks, waitedMs: 0 })).toBeLessThanOrEqual(given.maxIntervalMs);
      }),
      settings,
    );
  });

  test("that a server asks for are a number of milliseconds, or none", () => {
    const text = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((d) => d.toUTCString()),
    );
    fc.assert(
      fc.property(text, (asked) => {
        const pauseMs = parseRetryAfter(asked);
        if (pauseMs !== undefined) expect(pauseMs).toBeGreaterThanOrEqual(0);
        expect(pauseMs).not.toBeNaN();
      }),
      { ...settings, numRuns: 2_000 },
    );
  });
});

test("a wait ends by its deadline, whatever the looks do", async () => {
  const look = fc.record({
    fails: fc.boolean(),
    isDone: fc.boolean(),
    wasHeld: fc.boolean(),
    tookMs: fc.nat({ max: 2_000 }),
    retryAfterMs: fc.option(fc.nat({ max: 10_000 }), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(look, { minLength: 1, maxLength: 20 }),
      fc.nat({ max: 20_000 }),
      async (looks, timeoutMs) => {
        const clock = createVirtualClock();
        let next = 0;
        const waiting = waitUntilDone({
          awaited: "the end",
          async look(signal) {
            // The last one goes on for ever.
            const { fails, isDone, tookMs, ...rest } =
              looks[Math.min(next++, looks.length - 1)] ?? looks[0] ?? fail();
            await clock.delay(1 + tookMs, signal);
            if (fails) throw new Error("trouble");
            return { state: "s", isDone, ...rest };
          },
          isTransient: () => true,
          polling: { timeoutMs, schedule: undefined, maxFailures: Number.POSITIVE_INFINITY },
          deadlineMs: timeoutMs,
          signal: undefined,
          clock,
          random: () => 0.5,
        });
        const outcome = await clock.runUntil(waiting);
        expect(clock.now()).toBeLessThanOrEqual(timeoutMs);
        expect(clock.pending()).toBe(0);
        expect(outcome === "s" || (outcome as Error).name === "TimeoutError").toBe(true);
      },
    ),
    { ...settings, numRuns: 300 },
  );
});

function fail(): never {
  throw new Error("there is always a look");
}

function inPieces(bytes: Uint8Array, sizes: readonly number[]): ReadableStream<Uint8Array> {
  let start = 0;
  let piece = 0;
  return new ReadableStream({
    pull(controller) {
      if (start >= bytes.length) return controller.close();
      const end = start + (sizes[piece++ % sizes.length] ?? 1);
      controller.enqueue(bytes.slice(start, end));
      start = end;
    },
  });
}

/** Time that passes only when everybody waits. */
function createVirtualClock() {
  let nowMs = 0;
  const timers = new Set<{ atMs: number; fire(): void }>();
  return {
    now: () => nowMs,
    pending: () => timers.size,
    delay(durationMs: number, signal?: AbortSignal): Promise<void> {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const timer = { atMs: nowMs + Math.max(0, durationMs), fire: resolve };
        timers.add(timer);
        const abort = () => {
          timers.delete(timer);
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", abort, { once: true });
      });
    },
    /** Fires timers in order until the promise settles; gives its value, or its reason. */
    async runUntil(promise: Promise<unknown>): Promise<unknown> {
      let outcome: { value: unknown } | undefined;
      promise.then(
        (value) => (outcome = { value }),
        (value) => (outcome = { value }),
      );
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        if (outcome) return outcome.value;
        const next = [...timers].sort((one, other) => one.atMs - other.atMs)[0];
        if (!next) throw new Error("everybody waits, and nothing will happen");
        timers.delete(next);
        nowMs = next.atMs;
        next.fire();
      }
    },
  };
}
