import { expect, test } from "vitest";
import { idOf } from "../open-test-server.ts";
import { openTestCluster } from "./open-test-cluster.ts";

test("runs a task that one API process accepted, and shows it at another", async () => {
  await using cluster = await openTestCluster({ apis: 2 });
  const [first, second] = cluster.clients;
  if (!first || !second) throw new Error("there are two");
  const id = await idOf(await first.create("lab::shout", { text: "x" }));
  expect(await second.waitForEnd(id)).toMatchObject({ status: "completed" });
  const logs = await second.logs(id);
  expect(logs.map((log) => log.id)).toEqual(logs.map((_log, index) => index));
  expect(await first.logs(id)).toEqual(logs);
});
