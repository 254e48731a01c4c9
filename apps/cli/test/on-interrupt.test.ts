import { afterEach, expect, test, vi } from "vitest";
import { onInterrupt } from "../src/on-interrupt.ts";

const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const before = endings.map((ending) => process.listeners(ending));

afterEach(() => {
  for (const [index, ending] of endings.entries()) {
    const own = process.listeners(ending).filter((one) => !before[index]?.includes(one));
    for (const one of own) process.removeListener(ending, one);
  }
});

test("what is not interrupted leaves no listener", () => {
  onInterrupt()[Symbol.dispose]();
  expect(endings.map((ending) => process.listeners(ending))).toEqual(before);
});

test("signals that come together are one; a later one ends the program at once", () => {
  const exit = vi.spyOn(process, "exit").mockReturnValue(undefined as never);
  const clock = vi.spyOn(performance, "now").mockReturnValue(1_000);
  const { signal } = onInterrupt("Interrupted.");
  process.emit("SIGINT");
  process.emit("SIGINT");
  clock.mockReturnValue(1_299);
  process.emit("SIGHUP");
  expect(signal.reason).toMatchObject({ message: "Interrupted." });
  expect(exit).not.toHaveBeenCalled();
  clock.mockReturnValue(1_300);
  process.emit("SIGINT");
  expect(exit.mock.calls).toEqual([[130]]);
});
