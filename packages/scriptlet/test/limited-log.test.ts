import { expect, test } from "vitest";
import { createLimitedLog } from "../src/context/limited-log.ts";
import { openContext } from "./helpers/open-context.ts";

const lines = (count: number, prefix = "") =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** A log whose messages nobody takes before `takeAll`, unless the system takes them `atOnce`. */
function openLog({ atOnce = false, ...options }: { maxPendingCharacters?: number; atOnce?: boolean } = {}) {
  const sent: { text: string; stdio: string }[] = [];
  const dropped: number[] = [];
  let waiting: (() => void)[] = [];
  const log = createLimitedLog({
    send(text, stdio) {
      sent.push({ text, stdio });
      return new Promise((resolve) => waiting.push(resolve));
    },
    sendAtOnce(text, stdio) {
      if (atOnce) sent.push({ text, stdio });
      return atOnce;
    },
    async tellDropped(_warning, characters) {
      dropped.push(characters);
    },
    ...options,
  });
  const takeAll = () => {
    for (const take of waiting) take();
    waiting = [];
  };
  return { log, sent, dropped, takeAll };
}

test("many lines that nobody has taken yet share messages: all are there, in order", () => {
  const { log, sent, dropped } = openLog();
  for (const line of lines(100_000)) void log.log(line, "stdout");
  log.end();
  expect(sent.map(({ text }) => text).join("\n")).toBe(lines(100_000).join("\n"));
  expect(sent.length).toBeLessThan(6_000);
  expect(dropped).toEqual([]);
});

test("lines of the two streams keep their order and their stream", () => {
  const { log, sent } = openLog();
  const all = lines(20_000).map((text, index) => ({
    text,
    stdio: index % 10 < 5 ? ("stdout" as const) : ("stderr" as const),
  }));
  for (const { text, stdio } of all) void log.log(text, stdio);
  log.end();
  const seen = sent.flatMap(({ text, stdio }) => text.split("\n").map((line) => ({ text: line, stdio })));
  expect(seen).toEqual(all);
});

test("what shares a message leaves as soon as another message has been taken, and settles with its own", async () => {
  const { log, sent, takeAll } = openLog();
  let last = Promise.resolve();
  for (const line of lines(5_000)) last = log.log(line, "stdout");
  const before = sent.length;
  takeAll();
  await expect.poll(() => sent.length).toBe(before + 1);
  takeAll();
  await last;
  expect(sent.at(-1)?.text.endsWith("4999")).toBe(true);
});

test("empty lines, and lines on the two streams in turn, are bounded as well, and what is cut is counted", () => {
  const empty = openLog();
  for (let left = 200_000; left > 0; left -= 1) void empty.log.log("", "stdout");
  empty.log.end();
  expect(empty.sent.flatMap(({ text }) => text.split("\n"))).toHaveLength(200_000);
  expect(empty.sent.length).toBeLessThan(6_000);

  const turns = openLog();
  for (let index = 0; index < 200_000; index += 1) void turns.log.log("x", index % 2 ? "stderr" : "stdout");
  turns.log.end();
  expect(turns.sent.length).toBeLessThan(100_000);
  expect(turns.sent.length + (turns.dropped[0] ?? 0)).toBe(200_000);
});

test("beyond the bound lines are dropped, what is missing is told before what is kept again", async () => {
  const { log, sent, dropped, takeAll } = openLog({ maxPendingCharacters: 30 });
  for (const line of lines(20, "line ")) void log.log(line, "stdout");
  expect(sent).toHaveLength(5);
  takeAll();
  await expect
    .poll(() => {
      void log.log("", "stderr");
      return dropped;
    })
    .toEqual([5 * 6 + 10 * 7]);
});

test("another message of the block keeps its place among lines that share one", async () => {
  const { channel, sent } = openContext();
  for (const line of lines(6_000, "before ")) void channel.log(line, "stdout");
  void channel.warn("between");
  for (const line of lines(6_000, "after ")) void channel.log(line, "stdout");
  await channel.finish({ result: { out: 1 } });
  const said = sent().flatMap(({ type, log, warning }) => String(log ?? warning ?? type).split("\n"));
  expect(said).toEqual([...lines(6_000, "before "), "between", ...lines(6_000, "after "), "BlockFinished"]);
  expect(sent().map(({ sequence }) => sequence)).toEqual(sent().map((_, index) => index + 1));
});

test("a block that never yields loses nothing to a system that takes it at once, however much and on which stream", () => {
  const { log, sent, dropped } = openLog({ atOnce: true, maxPendingCharacters: 1_000_000 });
  const all = lines(150_000).map((text, index) => ({
    text,
    stdio: index % 2 ? ("stderr" as const) : ("stdout" as const),
  }));
  for (const { text, stdio } of all) void log.log(text, stdio);
  log.end();
  expect(sent).toEqual(all);
  expect(dropped).toEqual([]);
});
