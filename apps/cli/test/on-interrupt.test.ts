import type { ChildProcess } from "node:child_process";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";
import { serve } from "@oomol/test-helpers/serve";
import { afterEach, expect, test, vi } from "vitest";
import { onInterrupt } from "../src/on-interrupt.ts";
import { cliFile, runProgram } from "./helpers/run-program.ts";

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

test("a Ctrl-C that npx passes on once more, while the task is being stopped, changes nothing", async () => {
  const fake = new FakeConnectServer({
    blocks: [{ package: "lab", name: "shout", path: "/packages/lab-1.0.0/1.0.0/blocks/shout" }],
    onTask: () => undefined,
  });
  const handle = fakeHandler(fake);
  let program: ChildProcess | undefined;
  await using server = await serve((request, response) => {
    if (request.url?.endsWith("/stop")) program?.kill("SIGINT");
    return handle(request, response);
  });
  const outcome = await runProgram(cliFile, ["run", "lab::shout", "--base-url", `${server.origin}/api`], {
    onStart: (child) => {
      program = child;
      child.stderr?.once("data", () => child.kill("SIGINT"));
    },
  });
  expect(outcome).toMatchObject({ code: 130, stderr: expect.stringContaining("Interrupted") });
  expect([...fake.tasks.values()].map(({ status }) => status)).toEqual(["stopped"]);
});
