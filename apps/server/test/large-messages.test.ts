import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { topics } from "@oomol/scriptlet/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readMessage } from "../src/broker/read-message.ts";
import { JsonText, jsonParts, writeJson } from "../src/json-text.ts";
import { holdText } from "../src/store/held-text.ts";
import { wholeText } from "../src/store/stored-text.ts";

const reading = {
  sessionId: "one",
  topic: topics.session("one"),
  role: "executor",
  isForEngine: false,
} as const;
const padding = "x".repeat(70_000);
const large = 15 * 2 ** 20;

/** What becomes of an output on its way from an executor into the store. */
async function pass(payload: Buffer, isForEngine = false) {
  const admitted = await readMessage(payload, { ...reading, isForEngine });
  if (!("text" in admitted) || !admitted.message) return expect.fail("it was not let in");
  return { ...admitted, message: admitted.message, stored: holdText(jsonParts(admitted.message)) };
}

test.each([
  ["ASCII", "x".repeat(large)],
  ["ASCII with one Chinese character", `${"x".repeat(large - 100)}语`],
  ["ASCII behind one emoji", `😀${"x".repeat(large - 100)}`],
  ["Chinese", "语".repeat(large / 3)],
  ["lines", "é\n".repeat(large / 4)],
])("an output of 15 MiB takes no heap: %s", async (_name, output) => {
  const payload = Buffer.from(JSON.stringify({ type: "BlockOutput", session_id: "one", output }));
  const before = heldBytes();
  const passed = await pass(payload);
  expect(heldBytes() - before).toBeLessThan(2_000_000);
  // Compared here: a failure would print all of it.
  expect((await wholeText(passed.stored)) === payload.toString()).toBe(true);
  expect(passed.stored.length).toBe(payload.toString().length);
});

/** Of V8's heap, without garbage. */
function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return getHeapStatistics().used_heap_size;
}

test("what is large says the same as what is small, whatever its characters are", async () => {
  const inner = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\ud83d", "\\ud83d", '"', "9007199254740993"),
    fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" })),
  );
  const numbers = fc.constantFrom("1", "9007199254740993", "1e400", "[-12345678901234567890]");
  await fc.assert(
    fc.asyncProperty(
      fc.array(inner, { maxLength: 4 }),
      numbers,
      fc.boolean(),
      async (values, number, isForEngine) => {
        const said = (pad: string) =>
          Buffer.from(
            `{"type":"BlockOutput","session_id":"one","handle":"语","output":[${number},${JSON.stringify(values)},"${pad}"]}`,
          );
        const [small, whole] = [await pass(said(""), isForEngine), await pass(said(padding), isForEngine)];
        const unpadded = (json: string) => JSON.parse(json.replace(padding, ""));
        expect(whole.message.output).toBeInstanceOf(JsonText);
        expect(unpadded(whole.text.toString())).toEqual(JSON.parse(small.text.toString()));
        expect(unpadded(await wholeText(whole.stored))).toEqual(small.message);
        expect(unpadded(writeJson(whole.message).toString())).toEqual(small.message);
        expect([whole.warning, whole.inexact]).toEqual([small.warning, small.inexact]);
      },
    ),
    { seed: 20_261_130, numRuns: 200 },
  );
});

test("bytes that are no text become U+FFFD, as in a message that is small", async () => {
  const said = (pad: string) =>
    Buffer.concat([
      Buffer.from(`{"type":"BlockOutput","session_id":"one","output":["${pad}`),
      Buffer.from([0xe8, 0xaf, 0x20, 0xed, 0xa0, 0xbd, 0xff]),
      Buffer.from('"]}'),
    ]);
  const [small, whole] = [await pass(said("")), await pass(said(padding))];
  expect(whole.text.toString().replace(padding, "")).toBe(small.text);
  expect(JSON.parse(small.text.toString())).toEqual(JSON.parse(JSON.stringify(small.message)));
});

test("what is nested too deep, is no JSON or is too large is refused or dropped, large as small", async () => {
  const outcomeOf = async (output: string) =>
    readMessage(Buffer.from(`{"type":"BlockOutput","session_id":"one","output":${output}}`), reading);
  for (const output of [
    (pad: string) => `${"[".repeat(126)}"语${pad}"${"]".repeat(126)}`,
    (pad: string) => `${"[".repeat(300)}"语${pad}"${"]".repeat(300)}`,
    (pad: string) => `"语${pad}`,
    (pad: string) => `"语${pad}",语`,
  ]) {
    const small = await outcomeOf(output(""));
    expect("text" in small).toBe(false);
    expect(await outcomeOf(output(padding))).toEqual(small);
  }
  expect(readMessage(Buffer.alloc(17 * 2 ** 20, 0x20), reading)).toMatchObject({
    refused: expect.stringContaining("17825792 bytes"),
  });
});
