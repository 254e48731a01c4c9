import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { idOf, refusalOf } from "../open-test-server.ts";
import { openTestCluster } from "./open-test-cluster.ts";
import { startS3 } from "./start-s3.ts";

test("installs no packages, and says where they are installed", async () => {
  await using cluster = await openTestCluster();
  const post = { method: "POST", headers: { "Content-Type": "application/json" } };
  const body = JSON.stringify({ name: "lab", version: "1.0.0" });
  expect(await refusalOf(await cluster.request("/packages/install", { ...post, body }))).toEqual({
    status: 501,
    message:
      "This server installs no packages: its workers offer those that they were started with (connect-server worker --packages DIR). Add the package there.",
  });
  expect(await cluster.getJson("/packages/install")).toEqual({ success: true, tasks: [] });
  const { packages } = await cluster.getJson<{ packages: object[] }>("/packages");
  expect(packages).toContainEqual({ name: "lab", version: "0.2.0" });
});

test("takes uploads and serves files by object storage, and forgets both with the task", async () => {
  await using s3 = await startS3();
  await using cluster = await openTestCluster({ files: s3.address });
  const uploaded = await idOf(await cluster.upload("lab::one-file", [new File(["hello"], "Grüße.txt")]));
  expect(await cluster.waitForEnd(uploaded)).toMatchObject({ status: "completed" });
  const { path, size } = (await cluster.finish(uploaded)).result as { path: string; size: number };
  expect([basename(path), size, existsSync(path)]).toEqual(["Grüße.txt", 5, false]); // gone from the worker's disk

  const made = await cluster.start("lab::make-files", { files: { "deep/digits.txt": "0123456789" } });
  expect(await cluster.waitForEnd(made)).toMatchObject({ status: "completed" });
  const file = `/v1/tasks/${made}/files/deep/digits.txt`;
  for (const _api of ["first", "second"]) {
    const range = await cluster.request(file, { headers: { Range: "bytes=2-4" } });
    expect([range.status, await range.text()]).toEqual([206, "234"]);
  }
  expect((await cluster.request(`/v1/tasks/${made}/files/deep/missing.txt`)).status).toBe(404);

  const kept = async () => (await readdir(join(s3.directory, "connect"), { recursive: true })).join("\n");
  expect(await kept()).toMatch(new RegExp(`${uploaded}[^]*Grüße.txt`));
  expect(await kept()).toContain("digits.txt");
  const forgetful = await cluster.openApi({ keepMs: 0 });
  await expect.poll(async () => (await forgetful.request(`/v1/tasks/${made}`)).status).toBe(404);
  await expect.poll(async () => (await forgetful.request(`/v1/tasks/${uploaded}`)).status).toBe(404);
  expect(await kept()).not.toMatch(/digits|Grüße/);
});
