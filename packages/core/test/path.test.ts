import { InvalidInputError, OomolConnectClient } from "@oomol/connect-core";
import { path } from "@oomol/connect-core/adapter";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const half = "a\ud800b";

test("whatever a value holds, it is one segment that reads as the same", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", minLength: 1 }),
      fc.string({ unit: "grapheme", minLength: 1 }),
      (id, name) => {
        fc.pre(![".", ".."].includes(id) && ![".", ".."].includes(name) && name.isWellFormed());
        const made = path`/v1/tasks/${id}/files/${["folder", name]}`;
        const segments = new URL(`http://server.test/api${made}`).pathname.split("/");
        expect(segments.slice(1).map(decodeURIComponent)).toEqual([
          "api",
          "v1",
          "tasks",
          id,
          "files",
          "folder",
          name,
        ]);
      },
    ),
    { seed: 20_261_128, numRuns: 500 },
  );
});

test.each(["", ".", "..", half, 7, undefined, null])("%j is no id", (id) => {
  expect(() => path`/v1/tasks/${id as string}`).toThrow(
    new InvalidInputError("taskId", `expected a name, got ${JSON.stringify(id) ?? String(id)}.`),
  );
});

test.each(["", ".", "..", half])("%j is no part of a file's path", (segment) => {
  expect(() => path`/files/${["a", segment]}`).toThrow(InvalidInputError);
});

describe("an id that no path can hold is refused before anything is sent", () => {
  const server = new FakeConnectServer({ extensions: ["files"] });
  const { tasks, packages } = new OomolConnectClient({
    baseUrl: "http://fake.test/api",
    fetch: server.fetch,
  });

  test.each<[name: string, call: (id: string) => unknown]>([
    ["tasks.get", (id) => tasks.get(id)],
    ["tasks.stop", (id) => tasks.stop(id)],
    ["tasks.getLogs", (id) => tasks.getLogs(id)],
    ["tasks.attach", async (id) => tasks.attach(id)],
    ["tasks.waitForCompletion", (id) => tasks.waitForCompletion(id)],
    ["tasks.download", (id) => tasks.download(id, "a.wav")],
    ["packages.getInstallTask", (id) => packages.getInstallTask(id)],
    ["packages.waitForInstallCompletion", (id) => packages.waitForInstallCompletion(id)],
  ])("%s", async (_, call) => {
    for (const id of ["..", half]) {
      await expect(call(id)).rejects.toMatchObject({ name: "InvalidInputError", path: "taskId" });
    }
    expect(server.requests).toEqual([]);
  });

  test("and so is a file whose name has half of a surrogate pair", async () => {
    await expect(tasks.download("task-1", half)).rejects.toMatchObject({ path: "path" });
    expect(server.requestsTo("GET", /files/)).toEqual([]);
  });
});
