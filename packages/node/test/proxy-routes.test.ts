import fc from "fast-check";
import { expect, test } from "vitest";
import { createConnectProxy } from "../src/proxy/index.ts";

// Bounded and seeded: what failed once fails again.
const settings = { seed: 20_261_122, numRuns: 20_000 };

/** Every address of a server that the proxy may ever ask. */
const known =
  /^http:\/\/server\.test\/api\/(v1\/blocks|v1\/tasks(\?(limit|status|blockId)=\w+(&\w+=\w+)*)?|v1\/tasks\/[\w.:~@+=%-]+(\/(logs(\?(after|limit)=-?\d+)?|files\/[^?#\\]+))?|packages(\/install(\/[\w.:~@+=%-]+)?)?)$/;

test("no path leads anywhere but to the API's own routes, with nothing that a server could read as a way out", async () => {
  const asked: string[] = [];
  const proxy = createConnectProxy({
    baseUrl: "http://server.test/api",
    authorize: () => true,
    allowInstalls: true,
    allowBlocks: () => true,
    fetch: async (input) => {
      asked.push(String(input));
      return Response.json({ success: true });
    },
  });
  const segment = fc.oneof(
    fc.constantFrom("v1", "tasks", "logs", "files", "packages", "install", "blocks", "api", "id-1"),
    fc.constantFrom(
      "..",
      ".",
      "%2e%2e",
      "%2f",
      "%5c",
      "..%2f",
      "%252e%252e",
      "%00",
      "%0d%0aHost:x",
      "",
      "%",
      "a%20b",
      "\\",
    ),
    fc.constantFrom(
      "http:",
      "evil.test",
      "@evil.test",
      "?after=1",
      "?after=1%0d%0a",
      "?limit=2&status=failed",
      "?limit=2%0d%0a",
      "#x",
      ";x",
      "%c0%ae",
      "％2e",
    ),
    fc.string({ maxLength: 8 }),
  );
  const prefix = fc.constantFrom(
    "/api/",
    "/api/v1/tasks/",
    "/api/v1/tasks/id-1/files/",
    "//evil.test/api/",
    "/",
  );
  await fc.assert(
    fc.asyncProperty(prefix, fc.array(segment, { maxLength: 7 }), async (start, segments) => {
      const url = `http://app.test${start}${segments.join("/")}`;
      if (!URL.canParse(url)) return;
      asked.length = 0;
      await proxy(new Request(url));
      for (const upstream of asked) {
        expect(upstream).toMatch(known);
        expect(new URL(upstream).href).toBe(upstream);
        expect(decodeURIComponent(upstream)).not.toMatch(/\/\.\.?(\/|$)|[\\\r\n\0]|%[0-9a-f]{2}/i);
      }
    }),
    settings,
  );
  await proxy(new Request("http://app.test/api/v1/tasks/id-1/files/a%20b/ü.txt"));
  expect(asked).toContain("http://server.test/api/v1/tasks/id-1/files/a%20b/%C3%BC.txt");
});
