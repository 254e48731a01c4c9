import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { OomolConnectClient } from "@oomol/connect-node";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { startReverseProxy } from "@oomol/test-helpers/start-reverse-proxy";
import { expect, test } from "vitest";
import { serveFake } from "./helpers/serve-fake.ts";

const program = fileURLToPath(new URL("helpers/refuse-and-close.ts", import.meta.url));
const bytes = 64_000_000;

test.each(["close", "reset"])(
  "an upload that the server refuses after its head, followed by a %s, is an answer with 413",
  async (way) => {
    await using folder = await createTemporaryFolder();
    const path = join(folder.path, "large.bin");
    await writeFile(path, Buffer.alloc(bytes));
    // A process of its own, so that it closes while this one writes.
    const server = spawn(process.execPath, [program, way], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [port] = (await once(server.stdout, "data")) as [Buffer];
      const baseUrl = `http://127.0.0.1:${Number(String(port))}/api`;
      await using client = new OomolConnectClient({ baseUrl, retry: false });
      for (const file of [path, new File([new Uint8Array(bytes)], "a"), createReadStream(path), path]) {
        const refused = client.tasks.create({ blockId: "a::b", files: [file] });
        await expect(refused).rejects.toMatchObject({ name: "ApiError", status: 413 });
      }
    } finally {
      server.kill();
    }
  },
  60_000,
);

test("an upload beyond the limit of nginx says what to look at", async () => {
  await using server = await serveFake(new FakeConnectServer());
  await using gateway = await startReverseProxy({ kind: "nginx", target: server.origin });
  await using client = new OomolConnectClient({ baseUrl: `${gateway.origin}/api`, retry: false });
  const refused = client.tasks.create({ blockId: "a::b", files: [new File([new Uint8Array(bytes)], "a")] });
  await expect(refused).rejects.toThrow(
    "POST /v1/tasks was answered with 413. The server, or a proxy before it, takes no request of this size: for nginx, see `client_max_body_size`.",
  );
  expect(server.fake.requestsTo("POST", /./)).toEqual([]);
});
