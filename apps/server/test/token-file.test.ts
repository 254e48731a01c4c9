import { rename, rm, writeFile } from "node:fs/promises";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { openProcesses } from "./cluster/open-processes.ts";
import { startProgram } from "./start-program.ts";

/** A program with a token file, and how to ask it something that needs a token. */
interface Started extends AsyncDisposable {
  ask(token: string): Promise<number>;
  hangUp(): void;
  said(): string;
}

const starters: Record<string, (file: string) => Promise<Started>> = {
  async "the embedded server"(file) {
    const server = await startProgram(["--token-file", file]);
    return {
      ask: (Authorization) => statusOf(`${server.client.url}/v1/blocks`, Authorization),
      hangUp: () => void server.child.kill("SIGHUP"),
      said: () => server.output.stderr,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
  async "an API process"(file) {
    const processes = await openProcesses();
    const client = await processes.startApi("--token-file", file);
    const [api] = processes.all();
    return {
      ask: (Authorization) => statusOf(`${client.url}/v1/tasks`, Authorization),
      hangUp: () => void api?.child.kill("SIGHUP"),
      said: () => api?.output.stderr ?? "",
      [Symbol.asyncDispose]: () => processes[Symbol.asyncDispose](),
    };
  },
  async "a worker"(file) {
    const processes = await openProcesses();
    const worker = await processes.startWorker("--token-file", file, "--port", "0");
    return {
      ask: (Authorization) => statusOf(`${worker.client.url}/metrics`, Authorization),
      hangUp: () => void worker.child.kill("SIGHUP"),
      said: () => worker.output.stderr,
      [Symbol.asyncDispose]: () => processes[Symbol.asyncDispose](),
    };
  },
};

async function statusOf(url: string, Authorization: string): Promise<number> {
  const answer = await fetch(url, { headers: { Authorization } });
  await answer.body?.cancel();
  return answer.status;
}

test.each(Object.entries(starters))(
  "%s takes the tokens of a file that has changed, and keeps the old ones if it cannot use it",
  async (_name, start) => {
    await using folder = await createTemporaryFolder();
    const file = folder.file("tokens");
    await writeFile(file, "first-token\nshared-token\n");
    await using started = await start(file);
    const seen = async () => [
      await started.ask("first-token"),
      await started.ask("shared-token"),
      await started.ask("second-token"),
    ];
    expect(await seen()).toEqual([200, 200, 401]);

    // In one step, as careful editors and programs write.
    await writeFile(folder.file("new"), "second-token\nshared-token\n");
    await rename(folder.file("new"), file);
    await expect.poll(seen).toEqual([401, 200, 200]);

    // At once, not with the next look at the file.
    await writeFile(file, "first-token\n");
    started.hangUp();
    await expect.poll(() => started.ask("second-token"), { interval: 10 }).toBe(401);
    expect(await started.ask("first-token")).toBe(200);

    for (const [content, complaint] of [
      ["{ name: ann, token: unclosed-secret\n", "tokens:1 is neither JSON nor YAML"],
      ["# nobody\n", "There is no token left"],
      ['first-token\n{ name: ann, token: "first-token", roles: [run] }\n', "each needs its own"],
    ] as const) {
      await writeFile(file, content);
      started.hangUp();
      await expect.poll(started.said).toContain(complaint);
      expect(await started.ask("first-token")).toBe(200);
    }
    await rm(file);
    started.hangUp();
    await expect.poll(started.said).toContain("ENOENT");
    expect(await started.ask("first-token")).toBe(200);
    expect(started.said()).toContain("those that were read before still count");
    expect(started.said()).not.toMatch(/first-token|unclosed-secret/);

    await writeFile(file, "second-token\n");
    await expect.poll(() => started.ask("second-token")).toBe(200);
    expect(await started.ask("first-token")).toBe(401);
  },
);

test("tokens of the environment count beside those of the file, however often that is read", async () => {
  await using folder = await createTemporaryFolder();
  const file = folder.file("tokens");
  await writeFile(file, "of-the-file\n");
  const env = { OOMOL_CONNECT_SERVER_TOKENS: "of-the-environment" };
  await using server = await startProgram(["--token-file", file], { env });
  const ask = (token: string) => statusOf(`${server.client.url}/v1/blocks`, token);
  await writeFile(file, "another\n");
  server.child.kill("SIGHUP");
  await expect.poll(() => ask("another")).toBe(200);
  expect([await ask("of-the-environment"), await ask("of-the-file")]).toEqual([200, 401]);
});
