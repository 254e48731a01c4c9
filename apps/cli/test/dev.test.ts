import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cliFile, processesWith, runProgram } from "./helpers/run-program.ts";
import { startDev } from "./helpers/start-dev.ts";

let directory: string;

beforeAll(async () => {
  // Inside the workspace, where what the new package needs is installed.
  directory = await mkdtemp(join(dirname(fileURLToPath(import.meta.url)), "new-block-"));
  await runProgram(cliFile, ["new", "block", "shout", "--dir", directory]);
});

afterAll(() => rm(directory, { recursive: true }));

test("a new block is served, runs, runs again when it is saved, and is gone after Ctrl-C", async () => {
  const block = join(directory, "shout");
  const main = join(block, "tasks/shout/main.ts");
  await using dev = startDev(block, ["--run", "shout::shout", "--input", "text=ha"]);
  const serving = await dev.next();
  expect(serving).toMatchObject({ event: "serving", directory: block });
  const { baseUrl } = serving as { baseUrl: string };
  expect(await dev.next()).toMatchObject({ event: "result", result: { text: "ha ha" } });

  const code = await readFile(main, "utf8");
  await writeFile(main, code.replace('.join(" ")', '.join("-")'));
  expect(await dev.next()).toMatchObject({ event: "result", result: { text: "ha-ha" } });

  await writeFile(main, "export default () => { throw new Error('not yet'); };");
  const failed = { event: "failed", message: expect.stringContaining("not yet") };
  expect(await dev.next()).toMatchObject(failed);

  const broken = join(block, "tasks/broken");
  await mkdir(broken);
  await writeFile(join(broken, "task.oo.yaml"), "executor: 7\n");
  expect(await dev.next()).toMatchObject({
    event: "problem",
    message: expect.stringMatching(/tasks\/broken: task\.oo\.yaml cannot be used/),
  });
  const doctor = await runProgram(cliFile, ["doctor", "--base-url", baseUrl, "--json"]);
  expect([doctor.code, JSON.parse(doctor.stdout)]).toEqual([
    0,
    expect.arrayContaining([
      expect.objectContaining({
        what: "package",
        seen: expect.stringContaining("tasks/broken: task.oo.yaml"),
      }),
    ]),
  ]);

  dev.child.kill("SIGINT");
  const [exitCode] = await once(dev.child, "close");
  expect(exitCode).toBe(130);
  expect(processesWith(block)).toEqual([]);
});
