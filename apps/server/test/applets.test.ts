import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDataDirectory, openTestServer, refusalOf, type TestClient } from "./open-test-server.ts";

test("lists the applets of its file, at the root and beside the API, as the file is now", async () => {
  await using directory = await makeDataDirectory();
  const file = join(directory.path, "applets.yaml");
  const entry =
    "- appletId: loud\n  data: { packageId: lab-0.2.0, blockName: shout, presetInputs: { mark: '?' } }\n";
  await writeFile(file, entry);
  await using server = await openTestServer({ appletsFile: file });
  const loud = {
    appletId: "loud",
    userId: "local",
    createdAt: expect.any(Number),
    updatedAt: expect.any(Number),
    data: {
      id: "loud",
      createdAt: expect.any(Number),
      packageId: "lab-0.2.0",
      blockName: "shout",
      presetInputs: { mark: "?" },
    },
  };
  for (const base of [server.url, new URL(server.url).origin]) {
    expect(await (await list(server, base)).json()).toEqual([loud]);
  }
  await writeFile(
    file,
    `${entry}- appletId: quiet\n  userId: me\n  data: { packageId: a-1.0.0, blockName: b }\n`,
  );
  expect(await (await list(server)).json()).toMatchObject([loud, { appletId: "quiet", userId: "me" }]);
  await writeFile(file, "- appletId: 1\n");
  const { status, message } = await refusalOf(await list(server));
  expect(status).toBe(503);
  expect(message).toMatch(/applets\.yaml cannot be used: 0\.appletId: /);
  await writeFile(file, entry.replace("'?'", "9007199254740993"));
  expect(await refusalOf(await list(server))).toEqual({
    status: 503,
    message: expect.stringMatching(/cannot be used: the number 9007199254740993 of "mark", .* in quotes\.$/),
  });
});

test("has no applets without a file, and does not start with one that cannot be used", async () => {
  await using server = await openTestServer({ tokens: ["api-one"] });
  expect((await list(server, new URL(server.url).origin)).status).toBe(401);
  const response = await list(server, server.url, { Authorization: "api-one" });
  expect(await response.json()).toEqual([]);
  await expect(openTestServer({ appletsFile: "/nowhere.json" })).rejects.toThrow(
    /nowhere\.json cannot be used/,
  );
});

function list(
  server: TestClient,
  base = server.url,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${base}/rpc/listApplets`, { method: "POST", headers, body: "{}" });
}
