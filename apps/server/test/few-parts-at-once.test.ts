import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { fewPartsAtOnce } from "../src/http/few-parts-at-once.ts";

const partsIn = (bytes: Buffer) => bytes.toString("latin1").split("\r\n--").length - 1;

test("many small parts that come at once are given on some at a time, whole and in order", async () => {
  const part = "\r\n--limit\r\nContent-Disposition: form-data; name=a\r\n\r\nx";
  const chunks = [part.repeat(400), "y".repeat(200_000), part.repeat(15), part.repeat(400)];
  const stream = fewPartsAtOnce();
  let turn = 0;
  let isOver = false;
  const seen: { turn: number; bytes: Buffer }[] = [];
  stream.on("data", (bytes: Buffer) => seen.push({ turn, bytes })).once("end", () => (isOver = true));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  for (; !isOver; turn += 1) await nextTurn();
  expect(Buffer.concat(seen.map(({ bytes }) => bytes)).toString()).toBe(chunks.join(""));
  const inTurn = new Map<number, number>();
  for (const one of seen) inTurn.set(one.turn, (inTurn.get(one.turn) ?? 0) + partsIn(one.bytes));
  expect(Math.max(...inTurn.values())).toBeLessThanOrEqual(2 * 16);
  expect(seen.length).toBeLessThan(60); // a large part stays as it comes
});
