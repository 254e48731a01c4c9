import { FakeConnectServer, type FakeTask } from "@oomol/connect-core/testing";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";
import { serve } from "@oomol/test-helpers/serve";
import { expect, test } from "vitest";
import { runInTerminal } from "./helpers/run-in-terminal.ts";
import { cliFile, runProgram } from "./helpers/run-program.ts";

const reason = 'No worker is there that has version 2.0.0 of the package "lab". The task waits for one.';

/** A server that has no worker for its tasks, until `let go` is called with one. */
async function serveWaiting() {
  const fake = new FakeConnectServer({
    blocks: [{ package: "lab", name: "shout", path: "/packages/lab-2.0.0/2.0.0/blocks/shout" }],
    extensions: ["events", "after", "wait"],
    onTask: (task) => task.waitFor(reason),
  });
  const served = await serve(fakeHandler(fake));
  return {
    flags: ["--base-url", `${served.origin}/api`],
    task: () => [...fake.tasks.values()][0] as FakeTask,
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}

test("run says why its task waits, and goes on when it no longer does", async () => {
  await using server = await serveWaiting();
  let said = "";
  const outcome = await runProgram(cliFile, ["run", "lab::shout", ...server.flags], {
    onStart: (child) =>
      child.stderr?.on("data", (chunk: Buffer) => {
        said += chunk;
        if (said.includes(reason) && !server.task().isDone) server.task().complete({ loud: "X!" });
      }),
  });
  expect([outcome.code, JSON.parse(outcome.stdout)]).toEqual([0, { loud: "X!" }]);
  const { id } = server.task();
  expect(outcome.stderr).toContain(`task ${id} pending: ${reason}\n`);
  expect(outcome.stderr).toContain(`task ${id} completed\n`);
});

test("on a terminal the reason stands below the bar while it holds", async () => {
  await using server = await serveWaiting();
  const { code, screen } = await runInTerminal(["run", "lab::shout", ...server.flags], {
    onScreen: (shown) => {
      const isTold = shown.includes("version 2.0.0");
      if (isTold && !server.task().isDone) server.task().complete();
    },
  });
  expect(code).toBe(0);
  expect(screen.slice(screen.lastIndexOf("completed"))).not.toContain("version 2.0.0");
});

test("tasks and show say why a task waits, in JSON too", async () => {
  await using server = await serveWaiting();
  const cli = (...args: string[]) => runProgram(cliFile, [...args, ...server.flags]);
  const waiting = runProgram(cliFile, ["run", "lab::shout", ...server.flags], {
    onStart: (child) =>
      child.stderr?.once(
        "data",
        () =>
          void look().then(
            () => server.task().complete(),
            () => child.kill(),
          ),
      ),
  });
  const look = async () => {
    const { id } = server.task();
    expect((await cli("tasks")).stdout).toMatch(new RegExp(`^${id} .*lab::shout.*${reason}\n$`));
    expect((await cli("show", id)).stdout).toMatch(new RegExp(`^waits +${reason}$`, "m"));
    expect(JSON.parse((await cli("tasks", "--json")).stdout)).toMatchObject([{ pending_reason: reason }]);
  };
  expect(await waiting).toMatchObject({ code: 0 });
  expect((await cli("tasks")).stdout).not.toContain(reason);
});
