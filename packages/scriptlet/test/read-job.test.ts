import fc from "fast-check";
import { expect, test } from "vitest";
import { MalformedMessageError } from "../src/errors/malformed-message-error.ts";
import { parseBlockInputs, parseBlockPayload, parseServiceBlockPayload } from "../src/wire/read-job.ts";

const job = { session_id: "s", job_id: "j", dir: "/d" };
const serviceJob = { ...job, block_name: "b", service_hash: "h" };

test("what the protocol calls optional may be missing, null or there", () => {
  const read = { ...job, type: "BlockPayload", executor_name: "nodejs", stacks: [], identifier: "" };
  expect(parseBlockPayload(job)).toEqual({ ...read, executor: { name: "nodejs", options: {} } });
  const nulls = { executor: null, stacks: null, outputs: null, identifier: null, executor_name: null };
  expect(parseBlockPayload({ ...job, ...nulls })).toEqual(parseBlockPayload(job));
  const given = {
    ...read,
    stacks: [{ flow_job_id: "f", flow: "/f", node_id: "n" }],
    executor: { name: "nodejs", options: { entry: "main.js", function: "run" } },
    outputs: { a: { handle: "a", json_schema: { type: "string" }, more: 1 } },
    identifier: "i",
  };
  expect(parseBlockPayload({ ...given, unknown: 1 })).toEqual(given);
});

test("an author's schema may be anything", () => {
  const outputs = { a: { handle: "a", json_schema: true } };
  expect(parseBlockPayload({ ...job, outputs })).toMatchObject({ outputs });
  // A separator, as manifests have them, is nobody's output.
  expect(parseBlockPayload({ ...job, outputs: { ...outputs, b: { group: "More" } } }).outputs).toEqual(
    outputs,
  );
});

test("a service's lifetime and entry are read as they are", () => {
  const service_executor = {
    entry: "main.ts",
    function: "f",
    start_at: "x",
    stop_at: "Never",
    keep_alive: 3,
  };
  expect(parseServiceBlockPayload({ ...serviceJob, service_executor })).toMatchObject({ service_executor });
  expect(parseServiceBlockPayload({ ...serviceJob, service_executor: { keep_alive: null } })).toMatchObject({
    service_executor: {},
  });
});

test.each<[field: string, parse: (message: Record<string, unknown>) => unknown, message: object]>([
  ["dir", parseBlockPayload, { ...job, dir: undefined }],
  ["stacks", parseBlockPayload, { ...job, stacks: [{ flow: "a" }] }],
  ["outputs", parseBlockPayload, { ...job, outputs: { a: "no definition" } }],
  ["executor.options", parseBlockPayload, { ...job, executor: { options: "main.js" } }],
  ["service_hash", parseServiceBlockPayload, { ...serviceJob, service_hash: null }],
  [
    "service_executor.keep_alive",
    parseServiceBlockPayload,
    { ...serviceJob, service_executor: { keep_alive: "3" } },
  ],
  ["inputs_def", parseBlockInputs, { session_id: "s", job_id: "j", inputs_def: [] }],
  ["inputs_def_patch", parseBlockInputs, { session_id: "s", job_id: "j", inputs_def_patch: { a: {} } }],
])("the error names the field: %s", (field, parse, message) => {
  expect(() => parse({ ...message })).toThrow(MalformedMessageError);
  expect(() => parse({ ...message })).toThrow(`in \`${field}\``);
});

test("any message is read or refused, and what is read is read again as the same", () => {
  const value = fc.oneof(
    fc.json().map((text) => JSON.parse(text)),
    fc.constantFrom("", null, {}, []),
  );
  const fields = [...Object.keys(serviceJob), "stacks", "outputs", "executor", "inputs", "inputs_def"];
  const message = fc.dictionary(fc.constantFrom(...fields), value);
  for (const parse of [parseBlockPayload, parseServiceBlockPayload, parseBlockInputs]) {
    fc.assert(
      fc.property(message, (odd) => {
        try {
          const read = parse({ ...serviceJob, ...odd });
          expect(parse({ ...read })).toEqual(read);
        } catch (failure) {
          expect(failure).toBeInstanceOf(MalformedMessageError);
        }
      }),
      { seed: 20_261_128, numRuns: 500 },
    );
  }
});
