import { TimeoutError } from "@oomol/connect-core";
import { expect, test, vi } from "vitest";
import { adaptivePauseMs, BackoffStrategy, retryPauseMs, scheduledPauseMs } from "../src/waiting/backoff.ts";
import { openDeadline } from "../src/waiting/deadline.ts";
import { type Clock, pauseOn, systemClock, untilAborted } from "../src/waiting/delay.ts";
import { type Look, type WaitPlan, waitUntilDone } from "../src/waiting/wait.ts";

/** Time that jumps: a pause passes at once, and is written down. The deadline's own delay never fires. */
function createJumpingClock() {
  const pauses: number[] = [];
  // Some time before the wait begins.
  let nowMs = 50_000;
  const clock: Clock = {
    now: () => nowMs,
    delay: () => new Promise(() => undefined),
    async pause(durationMs) {
      pauses.push(durationMs);
      nowMs += durationMs;
    },
  };
  return { clock, pauses };
}

const goesOn: Look<string> = { state: "running", isDone: false, wasHeld: false, retryAfterMs: undefined };
const isOver: Look<string> = { ...goesOn, state: "over", isDone: true };

/** Waits over these looks, an error being one that fails; gives the outcome and the pauses between. */
async function waitOver(looks: (Partial<Look<string>> | Error)[], options: Partial<WaitPlan<string>> = {}) {
  const { clock, pauses } = createJumpingClock();
  const lefts: number[] = [];
  let next = 0;
  const plan: WaitPlan<string> = {
    awaited: "the end",
    async look(_, leftMs) {
      lefts.push(leftMs);
      const look = looks[next++] ?? isOver;
      if (look instanceof Error) throw look;
      return { ...goesOn, ...look };
    },
    isTransient: () => true,
    polling: { timeoutMs: 9_000, schedule: undefined, maxFailures: Number.POSITIVE_INFINITY },
    deadlineMs: Number.POSITIVE_INFINITY,
    signal: undefined,
    clock,
    random: () => 0.5,
    ...options,
  };
  const outcome = await waitUntilDone(plan).catch((failure: unknown) => failure);
  return { outcome, pauses, lefts, looked: next };
}

test("looks at once, and not again once it is over", async () => {
  expect(await waitOver([isOver])).toMatchObject({ outcome: "over", pauses: [], looked: 1 });
});

test("pauses between looks: adaptive, as scheduled, as the server asks, or not at all after a held answer", async () => {
  expect((await waitOver([{}, {}])).pauses).toEqual([250, 250]);
  const schedule = { intervalMs: 100, maxIntervalMs: 250, strategy: BackoffStrategy.Exponential, factor: 2 };
  const polling = { timeoutMs: 9_000, schedule, maxFailures: 3 };
  expect((await waitOver([{}, {}, {}, {}], { polling })).pauses).toEqual([100, 200, 250, 250]);
  expect((await waitOver([{ wasHeld: true }, {}])).pauses).toEqual([0, 250]);
  expect((await waitOver([{ retryAfterMs: 700, wasHeld: true }])).pauses).toEqual([700]);
  expect((await waitOver([{ retryAfterMs: 86_400_000 }])).pauses).toEqual([300_000]);
});

test("the adaptive pause grows with the time waited, from the start of the wait", async () => {
  const asked = { retryAfterMs: 10_000 };
  // After ten seconds, 9.5 % of them; after twenty, of twenty.
  expect((await waitOver([asked, {}, asked, {}])).pauses).toEqual([
    10_000,
    950,
    10_000,
    expect.closeTo(1_990.25),
  ]);
});

test("who is told of each look ends the wait by throwing, where a failed look would be forgiven", async () => {
  const seen: string[] = [];
  const onLook = (state: string) => {
    seen.push(state);
    if (seen.length === 2) throw new Error("enough");
  };
  const { outcome, looked } = await waitOver([{}, new Error("a reset"), {}, {}], { onLook });
  expect(outcome).toEqual(new Error("enough"));
  expect([seen, looked]).toEqual([["running", "running"], 3]);
});

test("each look is told how much time is left", async () => {
  const { lefts } = await waitOver([{ retryAfterMs: 400 }], { deadlineMs: 51_000 });
  expect(lefts).toEqual([1_000, 600]);
});

test("failures in a row make the pauses longer, a good look makes them short again", async () => {
  const trouble = new Error("trouble");
  const { outcome, pauses } = await waitOver([trouble, trouble, trouble, {}, trouble]);
  expect(outcome).toBe("over");
  expect(pauses).toEqual([350, 600, 1_100, 250, 350]);
  const many = await waitOver(Array.from({ length: 9 }, () => trouble));
  expect(many.pauses.at(-1)).toBe(2_600);
});

test("a server that asks for no pause at all is asked with pauses all the same", async () => {
  expect((await waitOver([{ retryAfterMs: 0 }, { retryAfterMs: 7 }])).pauses).toEqual([100, 100]);
  const asking = Object.assign(new Error("busy"), { retryAfterMs: 0 });
  expect((await waitOver([asking, asking, asking])).pauses).toEqual([350, 600, 1_100]);
});

test("what a failure asks for is the least that its pause lasts, within reason", async () => {
  const asking = (retryAfterMs: unknown) => Object.assign(new Error("busy"), { retryAfterMs });
  expect((await waitOver([asking(700)])).pauses).toEqual([700]);
  expect((await waitOver([asking(5)])).pauses).toEqual([350]);
  expect((await waitOver([asking(1e9)])).pauses).toEqual([300_000]);
  expect((await waitOver([asking("soon")])).pauses).toEqual([350]);
});

test("ends with the failure that is one too many in a row, or that will not pass", async () => {
  const trouble = new Error("trouble");
  const polling = { timeoutMs: 9_000, schedule: undefined, maxFailures: 2 };
  expect(await waitOver([trouble, {}, trouble, trouble], { polling })).toMatchObject({
    outcome: trouble,
    looked: 4,
  });
  expect(await waitOver([trouble], { isTransient: () => false })).toMatchObject({
    outcome: trouble,
    looked: 1,
  });
});

test("an aborted wait looks at nothing, and leaves no listener", async () => {
  const controller = new AbortController();
  const remove = vi.spyOn(controller.signal, "removeEventListener");
  expect((await waitOver([{}], { signal: controller.signal })).outcome).toBe("over");
  expect(remove).toHaveBeenCalled();
  const reason = new Error("enough");
  controller.abort(reason);
  expect(await waitOver([], { signal: controller.signal })).toMatchObject({ outcome: reason, looked: 0 });
});

test("a look that fails because of the abort rejects with the abort's reason", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const look = async () => {
    controller.abort(reason);
    throw new Error("the request was cancelled");
  };
  const plan = { signal: controller.signal, look, isTransient: () => false };
  expect((await waitOver([], plan)).outcome).toBe(reason);
});

test("at the deadline a wait rejects with what was awaited and the last trouble", async () => {
  const look = () => Promise.reject(new Error("connection lost"));
  const polling = { timeoutMs: 30, schedule: undefined, maxFailures: Number.POSITIVE_INFINITY };
  const startedMs = systemClock.now();
  const { outcome } = await waitOver([], { clock: systemClock, deadlineMs: startedMs + 30, polling, look });
  expect(outcome).toBeInstanceOf(TimeoutError);
  expect(outcome).toMatchObject({ mayHaveHappened: false }); // it creates nothing
  expect(String(outcome)).toMatch(/30 ms, waiting for the end.*connection lost/s);
});

test("a deadline passes on the caller's reason, keeps the first of the two, and can be closed", async () => {
  vi.useFakeTimers();
  try {
    const plan = { awaited: "it", timeoutMs: 50, deadlineMs: systemClock.now() + 50, clock: systemClock };
    const caller = new AbortController();
    const aborted = openDeadline({ ...plan, signal: caller.signal });
    caller.abort("mine");
    await vi.advanceTimersByTimeAsync(100);
    expect(aborted.signal.reason).toBe("mine");
    expect(openDeadline({ ...plan, signal: caller.signal }).signal.reason).toBe("mine");

    const late = openDeadline({ ...plan, deadlineMs: systemClock.now() + 50, signal: undefined });
    expect(late.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(60);
    expect(late.signal.reason).toBeInstanceOf(TimeoutError);

    const closed = openDeadline({ ...plan, deadlineMs: systemClock.now() + 50, signal: undefined });
    closed.close();
    await vi.advanceTimersByTimeAsync(60);
    expect(closed.signal.aborted).toBe(false);
    const endless = openDeadline({ ...plan, deadlineMs: Number.POSITIVE_INFINITY, signal: undefined });
    expect(endless.signal.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("a delay lasts as long as it says, longer than one timer can too, and leaves nothing behind", async () => {
  vi.useFakeTimers();
  try {
    const told = vi.fn();
    void systemClock.delay(2 ** 31 + 1_000).then(told);
    await vi.advanceTimersByTimeAsync(2 ** 31 + 998);
    expect(told).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(3);
    expect(told).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);

    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, "removeEventListener");
    const done = systemClock.delay(10, controller.signal);
    await vi.advanceTimersByTimeAsync(10);
    await done;
    expect(remove).toHaveBeenCalledOnce();
    const cut = systemClock.delay(10, controller.signal);
    controller.abort("enough");
    await expect(cut).rejects.toBe("enough");
    await expect(systemClock.delay(10, controller.signal)).rejects.toBe("enough");
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("a clock without pauses of its own delays instead", async () => {
  const delay = vi.fn(async () => undefined);
  await pauseOn({ now: () => 0, delay }, 5);
  expect(delay).toHaveBeenCalledWith(5, undefined);
});

test("what is awaited until an abort: the value, its failure, or the reason, and the listener goes", async () => {
  const controller = new AbortController();
  const remove = vi.spyOn(controller.signal, "removeEventListener");
  expect(await untilAborted(Promise.resolve(1), undefined)).toBe(1);
  expect(await untilAborted(Promise.resolve(1), controller.signal)).toBe(1);
  await expect(untilAborted(Promise.reject(new Error("no")), controller.signal)).rejects.toThrow("no");
  const never = untilAborted(new Promise(() => undefined), controller.signal);
  controller.abort("enough");
  await expect(never).rejects.toBe("enough");
  await expect(untilAborted(new Promise(() => undefined), controller.signal)).rejects.toBe("enough");
  await expect.poll(() => remove.mock.calls.length).toBeGreaterThanOrEqual(2);
});

test("pauses by number", () => {
  const fixed = { intervalMs: 100, maxIntervalMs: 50, strategy: BackoffStrategy.Fixed, factor: 2 };
  expect(scheduledPauseMs(fixed, { looks: 5, waitedMs: 0 })).toBe(100);
  const bounds = { baseMs: 100, maxMs: 1_000 };
  expect([1, 2, 3, 9].map((failures) => retryPauseMs(failures, bounds, () => 1))).toEqual([
    100, 200, 400, 1_000,
  ]);
  expect(retryPauseMs(2, bounds, () => 0.25)).toBe(50);
  const adaptive = (waitedMs: number, chance: number) =>
    adaptivePauseMs({ looks: 1, waitedMs }, () => chance);
  expect([adaptive(0, 0), adaptive(0, 1), adaptive(10_000, 0.5), adaptive(1e9, 0.5)]).toEqual([
    225,
    expect.closeTo(275),
    950,
    3_000,
  ]);
});
