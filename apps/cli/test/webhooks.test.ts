import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { verifyWebhook } from "@oomol/connect-core/webhooks";
import { expect, test } from "vitest";
import { startTestServer } from "./helpers/start-test-server.ts";

/** Resolves with the first webhook that comes. */
async function openReceiver() {
  let take: (received: { headers: Record<string, string>; body: string }) => void = () => undefined;
  const first = new Promise<{ headers: Record<string, string>; body: string }>((resolve) => (take = resolve));
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    response.writeHead(410).end();
    take({ headers: request.headers as Record<string, string>, body });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    first,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("run --webhook has the server tell an address, and webhooks shows the secret, lists and repeats", async () => {
  await using receiver = await openReceiver();
  await using server = await startTestServer(["--webhook-allow", "127.0.0.1"]);
  const text = ["-i", "text=Hello"];
  const ran = await server.cli("run", "audio-lab::text-to-audio", ...text, "--webhook", receiver.url);
  expect(ran).toMatchObject({ code: 0 });
  const secret = await server.cli("webhooks", "secret");
  expect(secret).toMatchObject({ code: 0, stderr: "" });
  const { event } = await verifyWebhook(await receiver.first, secret.stdout.trim());
  expect(event.type).toBe("task.completed");

  const list = () => server.cli("webhooks", "list", "--task", event.data.task.id, "--json");
  await expect.poll(async () => JSON.parse((await list()).stdout)).toMatchObject([{ state: "failed" }]);
  const [{ id }] = JSON.parse((await list()).stdout);
  expect((await server.cli("webhooks", "list", "--state", "failed")).stdout).toContain(`${id}  failed`);
  const repeated = await server.cli("webhooks", "repeat", id);
  expect(repeated).toMatchObject({ code: 0, stdout: `webhook ${id} is sent again\n` });

  const rotated = await server.cli("webhooks", "secret", "--rotate");
  expect(rotated.stdout).toMatch(/^whsec_\S+\n$/);
  expect(rotated.stdout).not.toBe(secret.stdout);
  expect(rotated.stderr).toMatch(/^The secret before it signs until /);
});

test("an address that the server does not use is told as its refusal", async () => {
  await using server = await startTestServer();
  const flags = ["-i", "text=Hello", "--webhook", "http://127.0.0.1:9/"];
  const refused = await server.cli("run", "audio-lab::text-to-audio", ...flags);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("127.0.0.1 is no public address");
});
