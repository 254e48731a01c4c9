import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer } from "../src/serve/start-server.ts";
import { fixturePackages, makeDataDirectory, openTestServer, type TestClient } from "./open-test-server.ts";

let playgroundDirectory: string;

beforeAll(async () => {
  playgroundDirectory = await mkdtemp(join(tmpdir(), "connect-playground-"));
  await writeFile(join(playgroundDirectory, "index.html"), "<title>Playground</title>");
  await writeFile(join(playgroundDirectory, "preview-frame.html"), "<title>Frame</title>");
  await writeFile(join(playgroundDirectory, "app.js"), "export {};");
});

afterAll(() => rm(playgroundDirectory, { recursive: true }));

test("the playground is at the root, without a token, under a strict policy", async () => {
  await using server = await openTestServer({ playgroundDirectory, tokens: ["api-123456"] });
  const page = await get(server, "/");
  expect([page.status, await page.text()]).toEqual([200, "<title>Playground</title>"]);
  expect(page.headers.get("Content-Security-Policy")).toContain("default-src 'self'");
  expect(page.headers.get("Content-Security-Policy")).not.toContain("unsafe-inline");
  expect((await get(server, "/app.js")).headers.get("Content-Type")).toContain("javascript");
});

test("a running server says where it is", async () => {
  await using data = await makeDataDirectory();
  const options = { packages: [fixturePackages], port: 0, dataDirectory: data.path, playgroundDirectory };
  const server = await startServer(options);
  try {
    expect(server.playgroundUrl).toBe(server.url.replace(/api$/, ""));
    expect(await (await fetch(server.playgroundUrl ?? "")).text()).toBe("<title>Playground</title>");
  } finally {
    await server.close();
  }
});

test("the frame for what blocks show has an origin of its own", async () => {
  await using server = await openTestServer({ playgroundDirectory });
  const policy = (await get(server, "/preview-frame.html")).headers.get("Content-Security-Policy");
  expect(policy).toMatch(/^sandbox allow-scripts; default-src 'none'/);
});

test.each(["/../package.json", "/%2e%2e/package.json", "/..%2fpackage.json", "/nothing.js", "/api/nothing"])(
  "%s is not to be had",
  async (path) => {
    await using server = await openTestServer({ playgroundDirectory });
    expect((await get(server, path)).status).toBe(404);
  },
);

function get(server: TestClient, path: string): Promise<Response> {
  return fetch(new URL(server.url).origin + path);
}
