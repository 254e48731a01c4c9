import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { createLog } from "../src/cli/options-of-flags.ts";
import { makeDataDirectory, openTestServer } from "./open-test-server.ts";
import { startRegistry } from "./start-registry.ts";

afterEach(() => void vi.unstubAllEnvs());

async function install(options: Parameters<typeof openTestServer>[0]) {
  const lines: string[] = [];
  const log = createLog("trace", { write: (line: string) => void lines.push(line) });
  await using server = await openTestServer({ ...options, log });
  const body = JSON.stringify({ name: "secret", version: "1.0.0" });
  const headers = { "Content-Type": "application/json" };
  const { taskId } = await server.getJson<{ taskId: string }>("/packages/install", {
    method: "POST",
    headers,
    body,
  });
  const path = `/packages/install/${taskId}`;
  const { task } = await server.getJson<{ task: object }>(path, { headers: { Prefer: "wait=60" } });
  const warning = lines.map((line) => JSON.parse(line)).find((line) => line.msg.includes("not be installed"));
  return { task, warning, said: lines.join("") + JSON.stringify(task) };
}

test("installs from a registry that asks for a token, with npm packages too, and tells nobody the token", async () => {
  await using registry = await startRegistry("$authenticated");
  const token = await registry.addUser("somebody");
  await registry.publish({ name: "inner", version: "1.0.0", files: { "index.js": "" } });
  await registry.publish({ name: "secret", version: "1.0.0", dependencies: { inner: "1.0.0" } });

  vi.stubEnv("OOMOL_CONNECT_REGISTRY_TOKEN", token);
  const byVariable = await install({ registry: registry.url });
  expect(byVariable.task).toMatchObject({ status: "success" });
  expect(byVariable.said).not.toContain(token);

  vi.stubEnv("OOMOL_CONNECT_REGISTRY_TOKEN", "");
  await using home = await makeDataDirectory();
  const npmrc = join(home.path, ".npmrc");
  await writeFile(npmrc, `//${new URL(registry.url).host}/:_authToken=\${PRIVATE_TOKEN}\n`);
  vi.stubEnv("NPM_CONFIG_USERCONFIG", npmrc);
  vi.stubEnv("PRIVATE_TOKEN", token);
  expect((await install({ registry: registry.url })).task).toMatchObject({ status: "success" });

  vi.stubEnv("PRIVATE_TOKEN", "wrong-token");
  const refused = await install({ registry: registry.url });
  expect(refused.task).toMatchObject({ status: "failed", error: expect.stringContaining(registry.url) });
  expect(refused.warning.error).toMatchObject({
    message: expect.stringContaining(registry.url),
    stack: expect.stringMatching(/caused by: RegistryError/),
  });
  expect(refused.said).not.toContain("wrong-token");
});
