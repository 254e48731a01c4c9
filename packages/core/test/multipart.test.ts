import { InvalidInputError, type UploadPart } from "@oomol/connect-core";
import { encodeMultipart } from "@oomol/connect-core/adapter";
import fc from "fast-check";
import { expect, test } from "vitest";

test("what is encoded is what a parser reads, in exactly the announced length", async () => {
  const text = fc.string({ unit: "binary", maxLength: 30 }).map((value) => value.toWellFormed());
  const file = fc.record({
    name: text.filter((name) => name !== ""),
    bytes: fc.uint8Array({ maxLength: 2_000 }),
  });
  await fc.assert(
    fc.asyncProperty(text, fc.array(file, { maxLength: 4 }), async (value, files) => {
      const body = encodeMultipart({
        fields: [["inputValues", value]],
        parts: files.map(({ name, bytes }) => part({ name, bytes })),
      });
      const bytes = await new Response(body.open()).arrayBuffer();
      expect(bytes.byteLength).toBe(body.contentLengthBytes);
      const form = await new Response(bytes, { headers: { "content-type": body.contentType } }).formData();
      expect(form.get("inputValues")).toBe(value.replace(/\r\n|\r|\n/g, "\r\n"));
      const received = form.getAll("files") as File[];
      expect(received).toHaveLength(files.length);
      for (const [index, { bytes: sent }] of files.entries()) {
        expect(new Uint8Array((await received[index]?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(sent);
      }
    }),
  );
});

test("a name cannot end its header", async () => {
  const name = 'a"; x="b\r\nEvil: 1';
  const body = encodeMultipart({ fields: [], parts: [part({ name, bytes: new Uint8Array() })] });
  const text = await new Response(body.open()).text();
  expect(text).toContain('filename="a%22; x=%22b%0D%0AEvil: 1"');
  expect(text).not.toMatch(/^Evil/m);
});

test("a type cannot start a header of its own", async () => {
  const body = encodeMultipart({
    fields: [],
    parts: [{ ...part({ name: "a", bytes: new Uint8Array() }), type: "a/b\r\nEvil: 1" }],
  });
  expect(await new Response(body.open()).text()).not.toContain("Evil");
});

test.each([
  ["grew", 3],
  ["shrank to 5 bytes", 9],
])("a file that %s while it was read ends the body with an error", async (change, sizeBytes) => {
  const body = encodeMultipart({
    fields: [],
    parts: [{ ...part({ name: "a.bin", bytes: new Uint8Array(5) }), sizeBytes }],
  });
  const reading = new Response(body.open()).arrayBuffer();
  await expect(reading).rejects.toBeInstanceOf(InvalidInputError);
  await expect(reading).rejects.toThrow(change);
});

test("leaving the body early closes the file that is open", async () => {
  let isClosed = false;
  const close = () => {
    isClosed = true;
  };
  const open = () =>
    new ReadableStream<Uint8Array>({
      pull: (c) => c.enqueue(new Uint8Array(8)),
      cancel: close,
    });
  const body = encodeMultipart({
    fields: [],
    parts: [{ ...part({ name: "a", bytes: new Uint8Array() }), sizeBytes: 800, open }],
  });
  const reader = body.open().getReader();
  await reader.read();
  await reader.read();
  await reader.cancel();
  expect(isClosed).toBe(true);
});

function part({ name, bytes }: { name: string; bytes: Uint8Array }): UploadPart {
  return {
    field: "files",
    name,
    type: "application/octet-stream",
    sizeBytes: bytes.byteLength,
    isRepeatable: true,
    open: () => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream(),
  };
}
