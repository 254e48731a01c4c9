import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { AsyncDisposableStack } from "@oomol/test-helpers/async-disposable-stack";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { Aedes } from "aedes";
import { connectAsync } from "mqtt";
import { expect } from "vitest";
import { identifierOf } from "./executors.ts";
import type { Message } from "./read-message.ts";

/** What the engine is started on: a package `p`, and a folder `elsewhere` that it is started in. */
const files: Record<string, string> = {
  "p/package.oo.yaml": "name: p\nversion: 1.0.0\n",
  "p/tasks/one/task.oo.yaml": "executor: { name: fake }\ninputs_def: [{ handle: text }]\n",
  "p/flows/single/flow.oo.yaml": `nodes:
  - node_id: only
    task: self::one
    inputs_from: [{ handle: text, value: told }]
`,
  "p/flows/broken/flow.oo.yaml": "nodes: [",
  "elsewhere/tasks/near/task.oo.yaml": "executor: { name: fake }\noutputs_def: [{ handle: here }]\n",
  // The test speaks for it.
  "bin/fake-executor": "#!/bin/sh\nexec sleep 60\n",
};

/** Runs the stand-in by itself, on a broker of its own: the test is its executor, and hears everything. */
export async function openEngine(path: string, ...flags: string[]) {
  await using building = new AsyncDisposableStack();
  const folder = building.use(await createTemporaryFolder());
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(folder.file(name)), { recursive: true });
    await writeFile(folder.file(name), text);
  }
  await chmod(folder.file("bin/fake-executor"), 0o755);
  const broker = await Aedes.createBroker();
  const door = createServer(broker.handle).listen(0, "127.0.0.1");
  building.defer(() => new Promise<void>((resolve) => broker.close(() => door.close(() => resolve()))));
  await once(door, "listening");
  const address = `127.0.0.1:${(door.address() as AddressInfo).port}`;
  const client = await connectAsync(`mqtt://${address}`);
  building.defer(() => client.endAsync(true));
  const heard: Message[] = [];
  client.on("message", (topic, payload) => heard.push({ ...JSON.parse(payload.toString()), topic }));
  await client.subscribeAsync("#", { qos: 1 });

  const session_id = randomUUID();
  const program = fileURLToPath(new URL("./stand-in.ts", import.meta.url));
  const places = ["session-dir", "temp-root", "pkg-data-root", "project-data"];
  const args = ["run", folder.file(path), "--reporter", "--broker", address, "--session", session_id];
  args.push(...places.flatMap((place) => [`--${place}`, folder.path]), ...flags);
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder.file("elsewhere"),
    env: { PATH: [folder.file("bin"), process.env.PATH].join(delimiter), HOME: folder.path },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (printed += text));
  const exited = once(child, "close").then(([code]) => ({ code, printed }));
  building.defer(async () => {
    child.kill("SIGKILL");
    await exited;
  });

  const all = (type: string) => heard.filter((message) => message.type === type);
  const hear = async (type: string, count = 1): Promise<Message> => {
    await expect.poll(() => all(type).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(count);
    return all(type)[count - 1] as Message;
  };
  const say = async (type: string, fields: object = {}) => {
    await client.publishAsync(`session/${session_id}`, JSON.stringify({ type, session_id, ...fields }), {
      qos: 1,
    });
  };
  const parts = building.move();
  return {
    ...{ exited, all, hear, say },
    async hearAnswer(requestId: string): Promise<Message | undefined> {
      const find = () => heard.find(({ topic }) => String(topic).endsWith(`/request/${requestId}/response`));
      await expect.poll(find, { timeout: 30_000 }).toBeDefined();
      return find();
    },
    /** As its executor does. */
    sayReady: () =>
      say("ExecutorReady", {
        executor_name: "fake",
        identifier: identifierOf(session_id, folder.file("p")),
      }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
