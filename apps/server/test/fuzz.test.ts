import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openTestServer } from "./open-test-server.ts";

// Bounded and seeded: what failed once fails again.
const settings = { seed: 20_261_122, numRuns: 150 };

test("answers whatever is sent as JSON with a refusal, never with a failure of its own", async () => {
  await using server = await openTestServer();
  const inputs = fc.array(fc.record({ nodeId: fc.string(), inputs: fc.anything() }));
  const bodies = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ manifest: fc.oneof(fc.string(), fc.constant("lab::fail")), inputValues: inputs }).map(toJson),
    fc.record({ manifest: fc.constant("lab::shout"), inputValues: fc.jsonValue() }).map(toJson),
  );
  const paths = fc.constantFrom("/v1/tasks", "/packages/install", "/rpc/listApplets");
  await fc.assert(
    fc.asyncProperty(paths, bodies, async (path, body) => {
      const headers = { "Content-Type": "application/json" };
      const response = await server.request(path, { method: "POST", headers, body });
      expect(response.status).toBeLessThan(500);
      expect(await response.json()).toBeTypeOf("object");
    }),
    settings,
  );
  expect((await server.request("/v1/blocks")).status).toBe(200);
});

test("answers whatever is sent as a form, and keeps no files of what it refuses", async () => {
  await using server = await openTestServer({ uploadLimitBytes: 10_000, bodyLimitBytes: 10_000 });
  const boundary = "limit";
  const header = fc.oneof(
    fc.constantFrom(
      'Content-Disposition: form-data; name="files"; filename="../../a"',
      'Content-Disposition: form-data; name="manifest"',
      'Content-Disposition: form-data; name="inputValues"',
      "Content-Type: text/plain",
      "Content-Transfer-Encoding: base64",
      "",
    ),
    fc.string({ unit: "binary" }),
  );
  const part = fc.tuple(fc.array(header, { maxLength: 3 }), fc.string({ unit: "binary", maxLength: 200 }));
  const ending = fc.constantFrom(`--${boundary}--\r\n`, `--${boundary}`, "", "--");
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 5 }), ending, async (parts, end) => {
      const texts = parts.map(
        ([headers, text]) => `--${boundary}\r\n${headers.join("\r\n")}\r\n\r\n${text}\r\n`,
      );
      const response = await server.request("/v1/tasks", {
        method: "POST",
        headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
        body: texts.join("") + end,
      });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
      await response.arrayBuffer();
    }),
    settings,
  );
  expect(await readdir(`${server.dataDirectory}/uploads`).catch(() => [])).toEqual([]);
});

test("serves no file for any path that is made up", async () => {
  await using server = await openTestServer();
  const id = await server.start("lab::make-files", { files: { "inner/a.txt": "the only file" } });
  await server.waitForEnd(id);
  const segment = fc.oneof(
    fc.constantFrom("..", ".", "%2e%2e", "%2f", "%5c", "..%2f", "%00", "inner", "etc", "connect.db", "", "%"),
    fc.string().map(encodeURIComponent),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 8 }), async (segments) => {
      const path = `/api/v1/tasks/${id}/files/${segments.join("/")}`;
      const answer = await askRaw(server.url, path);
      expect([path, answer.status]).toEqual([path, expect.toBeOneOf([400, 401, 404])]);
      expect(answer.text).not.toContain("SQLite format");
    }),
    settings,
  );
});

function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, one) => (typeof one === "bigint" ? String(one) : one));
}

/** The path as it stands: neither `fetch` nor `node:http` sends every path. */
function askRaw(url: string, path: string): Promise<{ status: number; text: string }> {
  const { hostname, port, host } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(Number(port), hostname);
    socket.setEncoding("latin1").on("data", (chunk) => (text += chunk));
    socket.on("end", () => resolve({ status: Number(text.split(" ")[1]), text }));
    socket.on("error", reject);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  });
}
