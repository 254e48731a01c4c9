import type { ServerNotification } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createCallTeller } from "../src/mcp/tell-call.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const logOf = (type: string, event: object) => ({ id: 1, taskId: "t", type, event, createdAt: 0 }) as never;

function openTeller(progressToken: number | undefined) {
  const progress: { progress: number; message?: string }[] = [];
  const messages: string[] = [];
  const notes: string[] = [];
  const teller = createCallTeller({
    blockId: "a::b",
    progressToken,
    async send({ params }: ServerNotification) {
      progress.push(params as { progress: number });
    },
    async log(_level, text) {
      messages.push(text);
    },
    note: (text) => void notes.push(text),
  });
  return { teller, progress, messages, notes };
}

test("a call without progress gives a sign of life every 15 seconds, each above the last", async () => {
  const { teller, progress } = openTeller(7);
  await vi.advanceTimersByTimeAsync(45_000);
  expect(progress.map(({ message }) => message)).toEqual(
    [15, 30, 45].map((seconds) => `a::b has been running for ${seconds} s.`),
  );
  await teller.tell(logOf("BlockProgress", { progress: 50 }));
  await teller.tell(logOf("BlockProgress", { progress: 20 }));
  const numbers = progress.map((one) => one.progress);
  expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
  expect(numbers.at(-2)).toBe(50);
  teller[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
});

test("a client that wants no progress gets none", async () => {
  const { teller, progress } = openTeller(undefined);
  await vi.advanceTimersByTimeAsync(45_000);
  await teller.tell(logOf("BlockProgress", { progress: 50 }));
  teller[Symbol.dispose]();
  expect(progress).toEqual([]);
});

test("a block that prints without end is cut off", async () => {
  const { teller, messages } = openTeller(7);
  for (let line = 0; line < 1_100; line += 1)
    await teller.tell(logOf("BlockLog", { log: "x".repeat(5_000) }));
  teller[Symbol.dispose]();
  expect(messages).toHaveLength(1_000);
  expect(messages[0]).toHaveLength(2_000);
  expect(messages.at(-1)).toBe("Further messages of this call are left out.");
});

test("who asks learns how far a call is, or what the block has said last", async () => {
  const { teller, notes } = openTeller(undefined);
  await teller.tell(logOf("BlockProgress", { progress: 12.5 }));
  await teller.tell(logOf("BlockWarning", { warning: "Mind the step." }));
  teller[Symbol.dispose]();
  expect(notes).toEqual(["12 %", "Mind the step."]);
});
