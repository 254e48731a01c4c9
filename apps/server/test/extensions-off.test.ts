import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OomolConnectClient } from "@oomol/connect-core";
import { expect, test } from "vitest";
import { idOf, makeDataDirectory, openTestServer, refusalOf } from "./open-test-server.ts";

const all = ["wait", "after", "events", "idempotency", "files", "delete", "pages"] as const;
type Extension = (typeof all)[number];

/** What a request makes use of. */
function usesOf(url: string, method: string, headers: Headers): Extension[] {
  return [
    ...(headers.has("prefer") ? (["wait"] as const) : []),
    ...(url.includes("after=") ? (["after"] as const) : []),
    ...(headers.get("accept")?.includes("text/event-stream") ? (["events"] as const) : []),
    ...(method === "POST" && headers.has("idempotency-key") ? (["idempotency"] as const) : []),
    ...(url.includes("limit=") ? (["pages"] as const) : []),
    ...(url.includes("/files/") ? (["files"] as const) : []),
    ...(method === "DELETE" ? (["delete"] as const) : []),
  ];
}

/** A stream of events takes the place of asking for logs. */
const expected = (on: readonly Extension[]) =>
  on.includes("events") ? on.filter((name) => name !== "after") : on;

test.each([
  { on: [] },
  ...all.map((name) => ({ on: [name] })),
  ...all.map((name) => ({ on: all.filter((other) => other !== name) })),
  { on: [...all] },
] as { on: Extension[] }[])(
  "the client runs a block with $on announced, and uses nothing else",
  async ({ on }) => {
    await using files = await makeDataDirectory();
    await using server = await openTestServer({ extensions: on });
    const used = new Set<Extension>();
    await using client = new OomolConnectClient({
      baseUrl: server.url,
      fetch: async (input, init) => {
        const request = new Request(input, init);
        for (const name of usesOf(request.url, request.method, request.headers)) used.add(name);
        return fetch(request);
      },
    });
    await client.blocks.list();
    const signal = join(files.path, "now");
    const run = await client.tasks.start({ blockId: "lab::when-told", inputValues: { signal } });
    const seen: string[] = [];
    for await (const event of run) {
      if (event.type !== "log") continue;
      seen.push(event.log.type);
      if (event.log.type === "BlockLog") await writeFile(signal, "");
    }
    const { result } = await run.result();
    expect(result).toEqual({ told: "told.txt" });
    expect(seen).toEqual(["SessionStarted", "BlockStarted", "BlockLog", "BlockFinished", "SessionFinished"]);

    // Nobody follows this one, so its end is all that is asked for.
    await client.tasks.createAndWait({ blockId: "lab::when-told", inputValues: { signal } });

    expect((await client.tasks.list({ limit: 1 })).tasks).toHaveLength(1);

    const text = client.tasks.download(run.id, "told.txt").then((file) => file.text());
    if (on.includes("files")) expect(await text).toBe("told");
    else await expect(text).rejects.toMatchObject({ name: "UnsupportedError" });

    const deleted = client.tasks.delete(run.id);
    if (on.includes("delete")) expect(await deleted).toBeUndefined();
    else await expect(deleted).rejects.toMatchObject({ name: "UnsupportedError", extension: "delete" });
    expect([...used].sort()).toEqual([...expected(on)].sort());
  },
);

test("does not serve what it does not announce", async () => {
  await using server = await openTestServer({ extensions: [] });
  const headers = { "Idempotency-Key": "one" };
  const create = async () => {
    const { task } = (await (await server.create("lab::shout", { text: "x" }, headers)).json()) as {
      task: { id: string };
    };
    return task.id;
  };
  const ids = [await create(), await create()];
  expect(new Set(ids).size).toBe(2);
  const held = await server.request(`/v1/tasks/${ids[0]}`, { headers: { Prefer: "wait=60" } });
  expect([held.headers.get("Preference-Applied"), held.headers.get("Connect-Extensions")]).toEqual([
    null,
    null,
  ]);
  const streamed = await server.request(`/v1/tasks/${ids[0]}`, { headers: { Accept: "text/event-stream" } });
  expect(streamed.headers.get("Content-Type")).toContain("application/json");
  expect((await server.request(`/v1/tasks/${ids[0]}/files/x`)).status).toBe(404);
  expect(await refusalOf(await server.request("/v1/status"))).toEqual({
    status: 404,
    message: "There is no GET /api/v1/status here.",
  });
  for (const path of [`/v1/tasks/${ids[0]}`, "/packages/install/none"]) {
    expect(await refusalOf(await server.request(path, { method: "DELETE" }))).toEqual({
      status: 404,
      message: `There is no DELETE /api${path} here.`,
    });
  }
  await expect.poll(async () => (await server.logs(ids[0] ?? "")).length).toBeGreaterThan(2);
  const { logs } = await server.getJson<{ logs: { id: number }[] }>(`/v1/tasks/${ids[0]}/logs?after=1`);
  expect(logs[0]).toMatchObject({ id: 1 });
});

test("a server without all extensions takes large files and large inputs as ever", async () => {
  await using server = await openTestServer({ extensions: ["wait"] });
  const size = 3 * 2 ** 20;
  const uploaded = await idOf(
    await server.upload(
      "lab::one-file",
      [new File([new Uint8Array(size)], "a.bin")],
      {},
      { Prefer: "wait=60" },
    ),
  );
  expect(await server.waitForEnd(uploaded)).toMatchObject({ status: "completed" });
  const text = "x".repeat(size);
  const given = await idOf(await server.create("lab::shout", { text }));
  expect(await server.waitForEnd(given)).toMatchObject({ status: "completed" });
});
