import { afterAll, beforeAll, expect, test } from "vitest";
import { fixturesDirectory } from "./helpers/run-program.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

let server: TestServer;
let taskId: string;

beforeAll(async () => {
  server = await startTestServer(["--packages", fixturesDirectory]);
  const { stdout } = await server.cli("run", "look::echo", "--input", "text=Hello", "--json");
  taskId = JSON.parse(stdout).taskId;
});

afterAll(() => server[Symbol.asyncDispose]());

test.each([
  ["1h", 1],
  ["2001-01-01", 1],
  ["2001-01-01T18:00:00Z", 1],
  ["2999-01-01", 0],
])("tasks since %s", async (since, count) => {
  const { stdout } = await server.cli("tasks", "--json", "--since", since);
  expect(JSON.parse(stdout)).toHaveLength(count);
});

test("what is no time is refused with the forms that are", async () => {
  const wrong = await server.cli("tasks", "--since", "yesterday");
  expect(wrong).toMatchObject({ code: 2, stdout: "" });
  expect(wrong.stderr).toContain("It must be a date such as 2026-03-01");
});

test("times are those of ISO 8601", async () => {
  const { stdout } = await server.cli("tasks", "--limit", "1");
  expect(stdout).toContain(taskId);
  expect(stdout).toMatch(/ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d\n$/);
});
