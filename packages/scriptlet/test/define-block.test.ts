import * as v from "valibot";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { Context } from "../src/index.ts";
import { defineBlock } from "../src/index.ts";
import { runBlock } from "../src/testing/index.ts";

const counting = defineBlock({
  inputs: { start: z.string().transform(Number), step: z.number().default(1), note: z.string().optional() },
  outputs: { count: z.number().max(10), seen: z.date().transform((date) => date.getTime()) },
  async run(inputs, context) {
    expectTypeOf(inputs).toEqualTypeOf<{ start: number; step: number; note: string | undefined }>();
    expectTypeOf(context.output<"seen">)
      .parameter(1)
      .toEqualTypeOf<Date>();
    void context.output("count", inputs.start);
    void context.output("count", 11);
    void context.outputs({ count: 12, seen: new Date(5) });
    // @ts-expect-error There is no such output.
    void context.output("other", 1);
    return { count: inputs.start + inputs.step };
  },
});

test("types, defaults and transforms come from the schemas", async () => {
  await using run = await runBlock(counting, { inputs: { start: "4" } });
  expectTypeOf(run.result).toEqualTypeOf<Partial<{ count: number; seen: number }> | undefined>();
  expect(run.result).toEqual({ count: 5 });
  // @ts-expect-error The input is required.
  await using _ = await runBlock(counting, { inputs: {} });
});

test("outputs that do not fit are reported and left out, and the block goes on", async () => {
  await using run = await runBlock(counting, { inputs: { start: "4" } });
  expect(run.events.map(({ type, ...rest }) => ("value" in rest ? `${type} ${rest.value}` : type))).toEqual([
    "output 4",
    "error",
    "error",
    "output 5",
    "warning",
    "finish",
  ]);
  expect(run.errors[0]).toContain("Output [count] does not fit its schema: Too big");
});

test("a result that does not fit ends the block with an error, whichever way it is given", async () => {
  await using returned = await runBlock(counting, { inputs: { start: "10", step: 1 } });
  expect(returned.error).toContain("Output [count] does not fit its schema");
  const finishing = defineBlock({
    inputs: {},
    outputs: { count: z.number() },
    run: (_, context) => {
      void context.finish({ result: { count: "one" as never } });
      return context.keepAlive;
    },
  });
  await using finished = await runBlock(finishing);
  expect(finished.error).toContain("Output [count] does not fit its schema");
});

test("every input that does not fit is named, with its place", async () => {
  const block = defineBlock({
    inputs: { a: z.string(), b: z.object({ list: z.array(z.int()) }) },
    outputs: {},
    run: () => {},
  });
  await using run = await runBlock(block, { inputs: { a: 1 as never, b: { list: [1, 1.5] } } });
  expect(run.error).toMatch(
    /^HandleValueError: Input \[a\] does not fit.*\nInput \[b\.list\.1\] does not fit/,
  );
  await using missing = await runBlock((inputs: object, context: Context) =>
    block(inputs as never, context as never),
  );
  expect(missing.error).toContain("Input [a] does not fit its schema");
});

test("an unconnected input arrives as null and counts as absent", async () => {
  const block = defineBlock({
    inputs: { a: z.string().optional(), b: z.number().default(3), c: z.string().nullable() },
    outputs: { seen: z.unknown() },
    run: (inputs) => ({ seen: inputs }),
  });
  await using run = await runBlock(block, { inputs: { a: null as never, b: null as never, c: null } });
  expect(run.result).toEqual({ seen: { b: 3, c: null } });
});

test("a secret that does not fit stands in no message", async () => {
  const secret = "s3cret-value";
  const block = defineBlock({
    inputs: { key: v.pipe(v.string(), v.regex(/^key-/)), nested: v.object({ id: v.number() }) },
    outputs: {},
    run: () => {},
  });
  const options = { secrets: { mine: { type: "t", values: { KEY: secret } } } };
  const reference = "$" + "{{OO_SECRET:t,mine,KEY}}";
  await using run = await runBlock(block, {
    ...options,
    inputs: { key: reference, nested: { id: reference as never } },
  });
  expect(run.error).toContain(
    'Input [key] does not fit its schema: Invalid format: Expected /^key-/ but received "[value]"',
  );
  expect(run.error).toContain("Input [nested.id]");
  expect(JSON.stringify(run.events)).not.toContain(secret);
});

test("schemas without JSON Schema of their own leave it out, or have it from a converter", () => {
  const toJsonSchema = (_schema: v.GenericSchema, { io }: { io: string }) => ({ type: "string", title: io });
  const handles = { inputs: { a: v.string() }, outputs: { b: v.optional(v.string()) }, run: () => {} };
  expect(defineBlock(handles).manifest()).toEqual({
    inputs_def: [{ handle: "a" }],
    outputs_def: [{ handle: "b" }],
  });
  expect(defineBlock({ ...handles, toJsonSchema }).manifest()).toEqual({
    inputs_def: [{ handle: "a", json_schema: { type: "string", title: "input" } }],
    outputs_def: [{ handle: "b", json_schema: { type: "string", title: "output" } }],
  });
});

test("bytes, variables and undeclared inputs pass", async () => {
  const bytes = z.instanceof(Uint8Array).meta({ contentMediaType: "oomol/bin" });
  const variable = z.instanceof(Map).meta({ contentMediaType: "oomol/var" });
  const block = defineBlock({
    inputs: { bytes, variable },
    outputs: { bytes, variable, extra: z.unknown() },
    run: (inputs) => ({ ...inputs }),
  });
  const map = new Map();
  const inputs = { bytes: Buffer.from("a"), variable: map, extra: 1 };
  await using run = await runBlock(block, { inputs });
  expect(run.result).toEqual({ bytes: Buffer.from("a"), variable: map, extra: 1 });
  expect(run.result?.variable).toBe(map);
  expect(block.manifest().inputs_def[1]).toEqual({
    handle: "variable",
    json_schema: { contentMediaType: "oomol/var" },
  });
});

test("an asynchronous check of inputs is awaited; of outputs it is refused in words", async () => {
  const slow = z.string().refine(async (text) => text !== "");
  const block = defineBlock({
    inputs: { a: slow },
    outputs: { b: slow },
    run: (inputs, context) => {
      void context.output("b", inputs.a);
      return { b: inputs.a };
    },
  });
  await using run = await runBlock(block, { inputs: { a: "x" } });
  expect(run.errors).toEqual([expect.stringContaining("asynchronous schema")]);
  expect(run.result).toEqual({ b: "x" });
});
