import { encodeMultipart } from "@oomol/connect-core/adapter";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createConnectProxy } from "../src/proxy/index.ts";

// Bounded and seeded: what failed once fails again.
const settings = { seed: 20_261_122, numRuns: 400 };

test("a form comes out as it went in, in whatever pieces it arrives", async () => {
  const name = fc
    .string({ unit: "grapheme", maxLength: 20 })
    .filter((text) => !/[\\\p{Cc}\p{Cs}"]/u.test(text) && text === text.trim());
  const file = fc.record({
    name,
    text: fc.stringMatching(/^[\r\n-]{0,12}[a-z\r\n-]{0,200}$/),
    type: fc.constantFrom("text/plain", "a/b;c=d"),
  });
  const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 40 }));
  const input = fc.string({ unit: "binary", maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 4 }), input, sizes, async (files, value, chunkSizes) => {
      const inputValues = JSON.stringify([{ nodeId: "_", inputs: [{ handle: "a", value }] }]);
      const encoded = encodeMultipart({
        fields: [
          ["manifest", "pkg::block"],
          ["inputValues", inputValues],
        ],
        parts: files.map(({ name, text, type }) => ({
          field: "files",
          name,
          type,
          sizeBytes: undefined,
          isRepeatable: true,
          open: () => new Blob([text]).stream(),
        })),
      });
      const bytes = new Uint8Array(await new Response(encoded.open()).arrayBuffer());
      const { status, form } = await passThrough(inPieces(bytes, chunkSizes), encoded.contentType);
      expect(status).toBe(200);
      expect(form?.get("manifest")).toBe("pkg::block");
      expect(JSON.parse(String(form?.get("inputValues")))).toEqual(JSON.parse(inputValues));
      const received = (form?.getAll("files") ?? []) as File[];
      expect(await Promise.all(received.map(async (one) => [one.name, await one.text()]))).toEqual(
        files.map(({ name, text }) => [name, text]),
      );
    }),
    settings,
  );
});

test("whatever a form says, the server reads the one block that was allowed, and nothing but files besides", async () => {
  const boundary = "limit";
  const header = fc.oneof(
    fc.constantFrom(
      'Content-Disposition: form-data; name="manifest"',
      'Content-Disposition: form-data; name="inputValues"',
      'Content-Disposition: form-data; name="files"; filename="a.txt"',
      'Content-Disposition: form-data; name="files"; filename="a\\"; name="manifest"',
      'content-disposition:form-data;name="manifest"',
      'Content-Disposition: form-data; name="files"; name="manifest"; filename="a"',
      "Content-Disposition: form-data; name=manifest",
      "Content-Disposition: form-data; filename*=utf-8''a; name=\"manifest\"",
      "Content-Type: text/plain",
      "Content-Type: multipart/mixed; boundary=limit",
      "Content-Transfer-Encoding: base64",
      " folded",
    ),
    fc.string({ unit: "binary", maxLength: 30 }),
  );
  const content = fc.constantFrom(
    ...[
      "ok::block",
      "evil::block",
      "[]",
      "",
      "ok::block\r\n--limit",
      "ok::block\r\n--limit--\r\n",
      "--limit\r\n",
    ],
  );
  const whole = (headers: string, text: string) => fc.constant<[string[], string]>([[headers], text]);
  const part = fc.oneof(
    { weight: 4, arbitrary: whole('Content-Disposition: form-data; name="manifest"', "ok::block") },
    { weight: 3, arbitrary: whole('Content-Disposition: form-data; name="files"; filename="a"', "text") },
    { weight: 2, arbitrary: whole('Content-Disposition: form-data; name="inputValues"', "[]") },
    { weight: 3, arbitrary: fc.tuple(fc.array(header, { minLength: 1, maxLength: 2 }), content) },
  );
  const start = fc.constantFrom("", "", "", "", "\r\n", "preamble\r\n");
  const end = fc.constantFrom(
    "--limit--\r\n",
    "--limit--\r\n",
    "--limit--",
    "--limit",
    "",
    "--limit--\r\nmore",
  );
  let passed = 0;
  await fc.assert(
    fc.asyncProperty(
      start,
      fc.array(part, { minLength: 1, maxLength: 4 }),
      end,
      async (before, parts, after) => {
        const texts = parts.map(
          ([headers, text]) => `--${boundary}\r\n${headers.join("\r\n")}\r\n\r\n${text}\r\n`,
        );
        const body = new Blob([before + texts.join("") + after]).stream();
        const { status, form } = await passThrough(body, `multipart/form-data; boundary=${boundary}`);
        expect([200, 400, 403]).toContain(status);
        if (!form) return;
        passed += 1;
        expect(form.getAll("manifest")).toEqual(["ok::block"]);
        expect(form.getAll("inputValues")).toHaveLength(1);
        const names = new Set(form.keys());
        expect([...names].filter((name) => !["manifest", "inputValues", "files"].includes(name))).toEqual([]);
      },
    ),
    { ...settings, numRuns: 4_000 },
  );
  expect(passed).toBeGreaterThan(100);
});

describe("a form on which servers differ is refused", () => {
  const file = 'Content-Disposition: form-data; name="files"; filename="a"';
  const manifest = 'Content-Disposition: form-data; name="manifest"';
  const part = (head: string, text: string) => `--limit\r\n${head}\r\n\r\n${text}\r\n`;
  const good = part(manifest, "ok::block");
  const end = "--limit--\r\n";

  test("control: the same form without fault passes", async () => {
    expect((await send(good + part(file, "x") + end)).status).toBe(200);
  });

  test.each([
    ["two manifests", good + good + end],
    ["a manifest behind a file", part(file, "x") + good + end],
    ["a second manifest behind a file", good + part(file, "x") + good + end],
    ["a field of another name", good + part('Content-Disposition: form-data; name="more"', "x") + end],
    ["a file of another name", good + part(file.replace("files", "other"), "x") + end],
    ["a manifest that is a file", part(`${manifest}; filename="a"`, "ok::block") + end],
    ["a repeated header", part(`${manifest}\r\n${file}`, "ok::block") + end],
    ["a repeated parameter", part(`${manifest}; name="other"`, "ok::block") + end],
    ["an unquoted name", part("Content-Disposition: form-data; name=manifest", "ok::block") + end],
    ["an escaped quote", good + part(file.replace('"a"', '"a\\""'), "x") + end],
    ["an extended name", good + part(file.replace("filename", "filename*"), "x") + end],
    ["an encoding", good + part(`${file}\r\nContent-Transfer-Encoding: base64`, "eA==") + end],
    ["a folded header", part(`${manifest}\r\n ; x="y"`, "ok::block") + end],
    ["a header line of its own kind", part(`${manifest}\r\nnot a header`, "ok::block") + end],
    ["line feeds alone", (good + end).replaceAll("\r\n", "\n")],
    ["a preamble", `hello\r\n${good}${end}`],
    ["an epilogue", `${good}${end}${good}${end}`],
    ["blanks behind a boundary", good.replace("--limit", "--limit ") + end],
    ["no last boundary", good],
    ["no parts", end],
    ["headers without end", `--limit\r\nA: ${"b".repeat(9_000)}`],
    [
      "bytes that are no UTF-8 in a field",
      new Blob([`--limit\r\n${manifest}\r\n\r\n`, new Uint8Array([0xff]), `\r\n${end}`]),
    ],
    ["nothing", ""],
  ])("%s", async (_, body) => {
    expect(await send(body)).toMatchObject({ status: 400, form: undefined });
  });

  test.each([
    "",
    "; boundary=",
    "; boundary=limit; charset=utf-8",
    "; boundary=limit; boundary=other",
    `; boundary=${"x".repeat(71)}`,
  ])("a Content-Type with %j", async (parameters) => {
    const type = `multipart/form-data${parameters}`;
    expect((await passThrough(new Blob([good + end]).stream(), type)).status).toBe(400);
  });

  const send = (body: BlobPart) =>
    passThrough(new Blob([body]).stream(), "multipart/form-data; boundary=limit");
});

interface Passed {
  status: number;
  /** What the server reads; `undefined` where it was not sent a whole form. */
  form: FormData | undefined;
}

/** Sends a form through a proxy to a server that reads it with the runtime's own parser. */
async function passThrough(body: ReadableStream<Uint8Array>, contentType: string): Promise<Passed> {
  let form: FormData | undefined;
  const proxy = createConnectProxy({
    baseUrl: "http://server.test/api",
    authorize: "public",
    allowBlocks: ["ok::block", "pkg::block"],
    fetch: async (_, init) => {
      form = await new Response(init?.body, { headers: init?.headers as Record<string, string> }).formData();
      return Response.json({ success: true, task: { id: "1", status: "created" } });
    },
  });
  const headers = { "content-type": contentType };
  const init = { method: "POST", headers, body, duplex: "half" };
  const { status } = await proxy(new Request("http://app.test/api/v1/tasks", init));
  return { status, form };
}

function inPieces(bytes: Uint8Array, sizes: Iterator<number>): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream({
    pull(controller) {
      if (position >= bytes.length) return controller.close();
      const size = Number(sizes.next().value);
      controller.enqueue(bytes.subarray(position, position + size));
      position += size;
    },
  });
}
