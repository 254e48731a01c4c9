import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { join } from "node:path";
import { createUndiciTransport, OomolConnectClient } from "@oomol/connect-node";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { type ReverseProxyKind, startReverseProxy } from "@oomol/test-helpers/start-reverse-proxy";
import { startConnectServer } from "@oomol/test-server";
import { expect, test } from "vitest";
import { adapted } from "./helpers/adapted.ts";
import { snippetsOf } from "./helpers/documents.ts";
import { root } from "./helpers/published-packages.ts";

const pem = (name: string) => join(root, "packages/node/test/fixtures", name);
const token = "api-of-this-test";

/** The configuration of a program as the guide shows it. */
function configurationOf(language: string): string {
  const [found, ...others] = snippetsOf("docs/guides/self-host.md").filter(
    (one) => one.language === language,
  );
  if (!found || others.length > 0) throw new Error(`The guide has not one snippet of ${language}.`);
  return found.code;
}

const sites: Record<ReverseProxyKind, (target: string) => (port: number) => string> = {
  nginx: (target) => (port) =>
    adapted(configurationOf("nginx"), {
      "listen 443 ssl": `listen 127.0.0.1:${port} ssl`,
      "listen [::]:443 ssl http2;": "",
      "server_name connect.example;": "server_name localhost;",
      "/etc/letsencrypt/live/connect.example/fullchain.pem": pem("certificate.pem"),
      "/etc/letsencrypt/live/connect.example/privkey.pem": pem("key.pem"),
      "http://127.0.0.1:3000": target,
    }),
  caddy: (target) => (port) =>
    adapted(configurationOf("caddyfile"), {
      "connect.example {": `https://localhost:${port}, https://connect.example:${port} {\n\ttls ${pem("certificate.pem")} ${pem("key.pem")}`,
      "127.0.0.1:3000": new URL(target).host,
    }),
};

/** What a request is answered that comes for the name of the guide, as all do where the guide is followed. */
async function statusUnderItsName(origin: string): Promise<number | undefined> {
  const host = "connect.example";
  const { port } = new URL(origin);
  const asked = get({
    hostname: "127.0.0.1",
    port,
    path: "/api/v1/blocks",
    servername: host,
    rejectUnauthorized: false, // the certificate is one for localhost
    headers: { host, authorization: token, origin: `https://${host}` },
  });
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

/** A package whose one block says that it is there, and ends when a file appears. */
async function writeWaitingBlock(folder: string): Promise<void> {
  const task = join(folder, "waits/tasks/for-a-file");
  await mkdir(task, { recursive: true });
  await writeFile(join(folder, "waits/package.oo.yaml"), "name: waits\nversion: 1.0.0\n");
  const manifest = [
    "executor: { name: nodejs, options: { entry: main.js } }",
    "inputs_def: [{ handle: file, json_schema: { type: string } }]",
    "outputs_def: [{ handle: said, json_schema: { type: string } }]",
  ];
  await writeFile(join(task, "task.oo.yaml"), `${manifest.join("\n")}\n`);
  const code = `
    import { existsSync } from "node:fs";
    export default async ({ file }, context) => {
      await context.reportProgress(50);
      while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20));
      return { said: "it is there" };
    };`;
  await writeFile(join(task, "main.js"), code);
}

test.each(["nginx", "caddy"] as const)(
  "behind %s as the guide has it, tasks stream, wait, and take a file of 20 MB",
  { timeout: 120_000 },
  async (kind) => {
    await using folder = await createTemporaryFolder();
    await writeWaitingBlock(folder.path);
    const flags = ["--allow-origin", "https://connect.example"];
    await using server = await startConnectServer({
      packages: [join(root, "apps/blocks"), folder.path],
      token,
      flags,
    });
    const target = new URL(server.url).origin;
    await using gateway = await startReverseProxy({ kind, target, site: sites[kind](target) });
    const baseUrl = `${gateway.origin}/api`;
    const transport = createUndiciTransport({ ca: await readFile(pem("certificate.pem")) });
    await using client = new OomolConnectClient({ baseUrl, apiToken: token, transport });

    expect(await statusUnderItsName(gateway.origin)).toBe(200);
    const ask = (path: string, headers: Record<string, string>) =>
      transport.send({
        method: "GET",
        url: `${baseUrl}${path}`,
        headers: { authorization: token, origin: "https://connect.example", ...headers },
        signal: AbortSignal.timeout(60_000),
      });
    const start = async (file: string) => {
      const { task } = await client.tasks.create({ blockId: "waits::for-a-file", inputValues: { file } });
      return task.id;
    };

    // Events come through while the task goes on: it ends only after one was read.
    const streamed = folder.file("streamed");
    const stream = await ask(`/v1/tasks/${await start(streamed)}`, { accept: "text/event-stream" });
    let seen = "";
    for await (const chunk of stream.stream()) {
      seen += new TextDecoder().decode(chunk);
      if (seen.includes("BlockProgress")) await writeFile(streamed, "");
    }
    expect(seen).toMatch(/BlockProgress[\s\S]*"status":"completed"/);

    // An answer is held until the end of its task.
    const waited = folder.file("waited");
    const id = await start(waited);
    const held = ask(`/v1/tasks/${id}`, { prefer: "wait=60" });
    await writeFile(waited, "");
    const answer = await held;
    expect([answer.status, answer.header("preference-applied")]).toEqual([200, "wait"]);
    expect(JSON.parse(await answer.text())).toMatchObject({ task: { status: "completed" } });

    // Larger than what web servers take by themselves.
    const bytes = randomBytes(20_000_000);
    const { result } = await client.tasks.run({
      blockId: "pkg::file-processor",
      files: [new File([bytes], "large.bin")],
    });
    expect(result).toMatchObject({
      size_bytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    });
  },
);
