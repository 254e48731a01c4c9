import type { ChildProcess } from "node:child_process";
import { expect, test } from "vitest";
import { listenOnLoopback } from "./helpers/listen-on-loopback.ts";
import { cliFile, runProgram } from "./helpers/run-program.ts";
import { startTestServer } from "./helpers/start-test-server.ts";

test("Ctrl-C cancels the installation on the server, says so, and exits with 130", async () => {
  let isAsked = () => {};
  const asked = new Promise<void>((resolve) => (isAsked = resolve));
  await using registry = await listenOnLoopback(() => isAsked()); // it never answers
  await using server = await startTestServer(["--registry", registry.url]);
  const interrupt = (child: ChildProcess) => void asked.then(() => child.kill("SIGINT"));
  const install = ["install", "slow@1.0.0", "--base-url", server.baseUrl];
  expect(await runProgram(cliFile, install, { onStart: interrupt })).toMatchObject({
    code: 130,
    stdout: "",
    stderr: expect.stringContaining("Interrupted; the installation is being cancelled."),
  });
  const { tasks } = await (await fetch(`${server.baseUrl}/packages/install`)).json();
  expect(tasks).toMatchObject([{ name: "slow", status: "failed", error: "The install was cancelled." }]);
});
