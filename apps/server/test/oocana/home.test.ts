import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { installStandIn } from "./install-stand-in.ts";
import { openFlowServer } from "./open-flow-server.ts";

/** A home of the operator with a file of secrets, until the end of the test. */
async function openHome() {
  const folder = await createTemporaryFolder();
  const secrets = folder.file("app-config/oomol-secrets");
  await mkdir(secrets, { recursive: true });
  await writeFile(join(secrets, "secrets.json"), `{"one":{"secretName":"one"}}`);
  const before = process.env.HOME;
  process.env.HOME = folder.path;
  return {
    path: folder.path,
    async [Symbol.asyncDispose]() {
      process.env.HOME = before;
      await folder[Symbol.asyncDispose]();
    },
  };
}

test("a flow leaves nothing in the operator's home, and no home of its own", async () => {
  await using home = await openHome();
  await using _oocana = await installStandIn();
  await using server = await openFlowServer();
  const id = await server.start("lab::greet");
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  await server.close();
  expect(await readdir(home.path)).not.toContain(".oocana");
  expect(await readdir(join(server.dataDirectory, "engine-homes"))).toEqual([]);
});

test("the home of a flow is for this user alone, and has the operator's secrets to read", async () => {
  await using _home = await openHome();
  await using _oocana = await installStandIn();
  await using server = await openFlowServer();
  const id = await server.start("lab::wait");
  await server.waitForLog(id, "BlockOutput");
  const homes = join(server.dataDirectory, "engine-homes");
  const [session = ""] = await readdir(homes);
  const modeOf = async (...path: string[]) =>
    ((await stat(join(homes, session, ...path))).mode & 0o777).toString(8);
  expect(await modeOf()).toBe("700");
  const secrets = ["app-config", "oomol-secrets", "secrets.json"];
  expect(await modeOf(...secrets)).toBe("400");
  expect(JSON.parse(await readFile(join(homes, session, ...secrets), "utf8"))).toHaveProperty("one");
  expect(await readdir(join(homes, session, ".oocana", "sessions"))).toEqual([session]);
  await server.getJson(`/v1/tasks/${id}/stop`, { method: "POST" });
  await server.close();
  expect(await readdir(homes)).toEqual([]);
});

test("blocks of a flow have the operator's own home", async () => {
  await using home = await openHome();
  await using _oocana = await installStandIn();
  await using server = await openFlowServer();
  const id = await server.start("mill::where");
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  expect(await server.finish(id)).toMatchObject({ result: { home: home.path } });
});
