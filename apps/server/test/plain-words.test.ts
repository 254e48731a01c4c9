import { expect, test } from "vitest";
import { plainWords } from "../src/engine/oocana/plain-words.ts";
import { idOf, openTestServer } from "./open-test-server.ts";

test("an executor that was late is told with the flag that does not help, and one that may", () => {
  const printed =
    'Executor python-executor identifier Some("a-1") for package /packages/lab-1.0.0 timeout after 5s';
  expect(plainWords(printed)).toMatch(
    /"python" was not ready within 5 s.*--executor-ready-timeout-ms.*--concurrency/,
  );
});

test("a block whose executor was not ready in time fails with the flag that allows more", async () => {
  await using server = await openTestServer({ executorReadyTimeoutMs: 1 });
  const id = await idOf(await server.create("lab::shout", { text: "hello" }));
  expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
  const end = (await server.logs(id)).findLast(({ type }) => type === "SessionFinished");
  expect(end?.event.error).toMatch(
    /^The executor "nodejs" was not ready within 0.001 s\..*--executor-ready-timeout-ms.*--concurrency/,
  );
});
