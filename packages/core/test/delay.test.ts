import { expect, test } from "vitest";
import { systemClock } from "../src/waiting/delay.ts";

test("a wait for a time that has passed ends at once, and Node warns of nothing", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on("warning", note);
  await systemClock.delay(-50);
  await new Promise(setImmediate);
  process.off("warning", note);
  expect(warnings).toEqual([]);
});
