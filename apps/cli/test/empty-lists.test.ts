import { expect, test } from "vitest";
import { startTestServer } from "./helpers/start-test-server.ts";

test("a list that is empty says so to people, on stderr, and is empty for machines", async () => {
  await using server = await startTestServer();
  const outcome = (stderr: string) => ({ code: 0, stdout: "", stderr: `${stderr}\n` });
  expect(await server.cli("blocks", "no such")).toEqual(
    outcome('No block of the server has "no such" in its id, title or description.'),
  );
  expect(await server.cli("blocks", "nothing", "--json")).toEqual({ code: 0, stdout: "[]\n", stderr: "" });
  expect(await server.cli("tasks")).toEqual(outcome("The server has no tasks."));
  expect(await server.cli("tasks", "--status", "failed")).toEqual(outcome("No task is like that."));
  expect(await server.cli("tasks", "--since", "2h")).toEqual(outcome("No task is like that."));
  expect(await server.cli("tasks", "--json")).toEqual({ code: 0, stdout: "[]\n", stderr: "" });
  expect(await server.cli("applets", "--applets-url", server.baseUrl)).toEqual(
    outcome("There are no applets."),
  );
});
