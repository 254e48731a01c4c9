import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";

/** Takes back what it has refused once: a webhook that is sent again is taken. */
async function openReceiver() {
  const statuses = [410];
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(statuses.shift() ?? 204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("the status lists webhooks, and sends one again that was given up", async () => {
  await using receiver = await openReceiver();
  await using playground = await openPlayground({ flags: ["--webhook-allow", "127.0.0.1"] });
  await using opened = await playground.openPage("#/status");
  const { page, complaints } = opened;
  const card = page.getByRole("region", { name: "Webhooks" });
  await card.getByText("None was sent in the last 7 days.").waitFor();
  const inputs = [{ handle: "seconds", value: 1 }];
  const created = await fetch(`${playground.connect.url}/v1/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      manifest: "show::broken",
      inputValues: [{ nodeId: "_", inputs }],
      webhook: { url: receiver.url },
    }),
  });
  const { task } = (await created.json()) as { task: { id: string } };
  await card.getByText("given up").waitFor();
  expect(await card.getByRole("listitem").textContent()).toContain(task.id);
  expect(await card.getByText("It answers 410").count()).toBe(1);
  await card.getByRole("button", { name: "Send again" }).click();
  await card.getByText("delivered").waitFor();
  expect(complaints).toEqual([]);
});
