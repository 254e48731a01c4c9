import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { openProcesses } from "./cluster/open-processes.ts";
import { makeDataDirectory, type TestClient } from "./open-test-server.ts";
import { startProgram } from "./start-program.ts";

const packages = ["--packages", fileURLToPath(new URL("./fixtures/hostile", import.meta.url))];
const canary = "canary-0123456789";
const secrets = {
  OOMOL_CONNECT_SERVER_TOKENS: `api-${canary}`,
  OOMOL_CONNECT_REGISTRY_TOKEN: `npm-${canary}`,
  AWS_SECRET_ACCESS_KEY: `aws-${canary}`,
  SOME_OTHER_PASSWORD: `other-${canary}`,
};
const onLinux = test.skipIf(process.platform !== "linux");

/** What a block sees of these paths. */
async function readByBlock(client: TestClient, paths: string[], headers: Record<string, string> = {}) {
  const created = await client.create("hostile::read", { paths }, headers);
  const { task } = (await created.json()) as { task: { id: string } };
  const logs = async () =>
    (
      await client.getJson<{ logs: { type: string; event: { result?: { seen: string[] } } }[] }>(
        `/v1/tasks/${task.id}/logs`,
        { headers },
      )
    ).logs;
  const finished = async () =>
    (await logs()).find(({ type }) => type === "BlockFinished")?.event.result?.seen;
  await expect.poll(finished).toBeDefined();
  return (await finished()) ?? [];
}

onLinux(
  "a block finds no secret in the environment of the server, which uses them all the same",
  async () => {
    await using server = await startProgram(packages, { env: secrets });
    const headers = { Authorization: secrets.OOMOL_CONNECT_SERVER_TOKENS };
    expect((await server.client.request("/v1/blocks")).status).toBe(401);
    const [environment = ""] = await readByBlock(server.client, ["/proc/PPID/environ"], headers);
    expect(environment).toContain("PATH="); // it is the right file, and it can be read
    expect(environment).not.toContain(canary);
    expect(server.output.stderr).not.toContain("secrets");
    server.child.kill("SIGTERM");
    expect(await server.exited).toBe(0);
  },
);

onLinux("nor in that of a worker and of an API process", async () => {
  await using processes = await openProcesses();
  const client = await processes.startApi();
  const { child } = await processes.startWorker(...packages);
  const [environment = ""] = await readByBlock(client, ["/proc/PPID/environ"]);
  expect(environment).toContain("OOMOL_CONNECT_DATABASE=");
  expect(environment).not.toContain("postgres://");
  expect(await readFile(`/proc/${child.pid}/environ`, "utf8")).toBe(environment);
  for (const one of processes.children()) {
    expect(await readFile(`/proc/${one.pid}/environ`, "utf8")).not.toContain("postgres://");
  }
});

onLinux("a program that started the server and still shows its secrets is named in the log", async () => {
  await using data = await makeDataDirectory();
  const program = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
  // A shell that waits for what it has started, as that of npm does.
  const script = `"$0" --conditions=@oomol/source "${program}" ${packages.join(" ")} --port 0 --data ${data.path} --applets /absent; true`;
  const env = { ...process.env, ...secrets };
  const { stderr } = await promisify(execFile)("sh", ["-c", script, process.execPath], { env });
  const [line = ""] = stderr.split("\n");
  expect(line.match(/"pid"/g)).toHaveLength(1); // the server's own
  expect(JSON.parse(line)).toMatchObject({
    msg: expect.stringMatching(/^a program that started the server still shows its secrets to blocks: /),
    processId: expect.any(Number),
    variables: ["OOMOL_CONNECT_SERVER_TOKENS", "OOMOL_CONNECT_REGISTRY_TOKEN", "AWS_SECRET_ACCESS_KEY"],
  });
  expect(stderr).not.toContain(canary);
});

onLinux("a signal for Node's debugger opens none", async () => {
  await using server = await startProgram(packages);
  server.child.kill("SIGUSR1");
  const id = await server.client.start("hostile::read", { paths: [] });
  expect(await server.client.waitForEnd(id)).toMatchObject({ status: "completed" });
  expect(server.output.stderr).not.toContain("Debugger");
});
