// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to secrets are spelled like this

import { expect, test } from "vitest";
import { encodeValue } from "../src/values/encode-value.ts";
import { resolveInputs } from "../src/values/resolve-inputs.ts";
import type { BlockInputs, HandleDefs, InputPatch } from "../src/wire/messages.ts";
import { createTestStores } from "./helpers/open-context.ts";

const secret = { type: "string", contentMediaType: "oomol/secret" };
const secrets = {
  aws: {
    secretType: "AWS",
    secrets: [
      { secretKey: "KEY", value: "s3cret" },
      { secretKey: "TRICKY", value: "AWS,aws,KEY" },
      { secretKey: "TEMPLATE", value: "${{OO_SECRET:AWS,aws,KEY}}" },
    ],
  },
};

async function resolve(
  inputs: Record<string, unknown>,
  defs: HandleDefs | null = null,
  patch: Record<string, InputPatch[]> | null = null,
  known: typeof secrets | undefined = secrets,
) {
  const warnings: string[] = [];
  const { stores, files } = createTestStores(known);
  files.set("/bin/a", new Uint8Array([1]));
  const message: BlockInputs = {
    type: "BlockInputs",
    session_id: "s",
    job_id: "j",
    stacks: [],
    inputs,
    inputs_def: defs,
    inputs_def_patch: patch,
  };
  const values = await resolveInputs(message, { stores, warn: (text) => warnings.push(text) });
  return { values, warnings };
}

test("a variable passes by reference; plain values pass as they are", async () => {
  const { stores } = createTestStores();
  const context = { sessionId: "s", jobId: "j", stores, warn: () => {} };
  const def = { handle: "out", json_schema: { contentMediaType: "oomol/var" } };
  const value = new Map();
  const reference = encodeValue(def, value, context);
  expect(reference).toMatchObject({
    __OOMOL_TYPE__: "oomol/var",
    value: { executor: "nodejs", handle: "out" },
  });
  const message = {
    inputs: { a: reference },
    inputs_def: null,
    inputs_def_patch: null,
  } as unknown as BlockInputs;
  expect((await resolveInputs(message, { stores, warn: () => {} })).a).toBe(value);
  expect(encodeValue(def, 5, context)).toBe(5);
});

test("references that lead nowhere reach the block raw, with a warning", async () => {
  const variable = {
    __OOMOL_TYPE__: "oomol/var",
    value: { session_id: "s", job_id: "x", handle: "h", serialize_path: null },
  };
  const file = { __OOMOL_TYPE__: "oomol/bin", value: "/bin/absent" };
  const { values, warnings } = await resolve({
    variable,
    file,
    odd: { __OOMOL_TYPE__: "oomol/var", value: null },
  });
  expect(values).toEqual({ variable, file, odd: { __OOMOL_TYPE__: "oomol/var", value: null } });
  expect(warnings).toHaveLength(2);
});

test("bytes of any view become a file; other values pass with a warning", async () => {
  const { stores, files } = createTestStores();
  const warnings: string[] = [];
  const context = { sessionId: "s", jobId: "j", stores, warn: (text: string) => warnings.push(text) };
  const def = { handle: "out", json_schema: { contentMediaType: "oomol/bin" } };
  for (const bytes of [
    Buffer.from("a"),
    new Uint8Array([1]),
    new ArrayBuffer(2),
    new DataView(new ArrayBuffer(3)),
  ]) {
    await encodeValue(def, bytes, context);
  }
  expect([...files.values()].map((bytes) => bytes.length)).toEqual([1, 1, 2, 3]);
  expect(encodeValue(def, "text", context)).toBe("text");
  expect(warnings).toHaveLength(1);
});

test("secrets are found by template anywhere, and bare where the schema says so", async () => {
  const { values, warnings } = await resolve(
    {
      anywhere: { list: ["${{OO_SECRET:AWS,aws,KEY}}", "AWS,aws,KEY", "pre ${{OO_SECRET:AWS,aws,KEY}}"] },
      root: "AWS,aws,KEY",
      nested: { a: ["AWS,aws,KEY"], b: "AWS,aws,KEY" },
    },
    {
      root: { handle: "root", json_schema: secret },
      nested: { handle: "nested", json_schema: { properties: { a: { items: secret } } } },
    },
  );
  expect(values).toEqual({
    anywhere: { list: ["s3cret", "AWS,aws,KEY", "pre ${{OO_SECRET:AWS,aws,KEY}}"] },
    root: "s3cret",
    nested: { a: ["s3cret"], b: "AWS,aws,KEY" },
  });
  expect(warnings).toEqual([]);
});

test("a secret that looks like a reference is not looked up again", async () => {
  const defs = { a: { handle: "a", json_schema: secret }, b: { handle: "b", json_schema: secret } };
  const { values } = await resolve({ a: "${{OO_SECRET:AWS,aws,TRICKY}}", b: "AWS,aws,TEMPLATE" }, defs, {
    a: [{ path: null, schema: secret }],
  });
  expect(values).toEqual({ a: "AWS,aws,KEY", b: "${{OO_SECRET:AWS,aws,KEY}}" });
});

test("patches reach their places and pass over broken paths", async () => {
  const { values } = await resolve(
    { a: { list: [{ key: "AWS,aws,KEY" }] }, b: "AWS,aws,KEY", c: "AWS,aws,KEY", d: null },
    null,
    {
      a: [
        { path: ["list", 0, "key"], schema: secret },
        { path: ["no", "where"], schema: secret },
      ],
      b: [{ path: "", schema: secret }],
      c: [{ path: "key", schema: secret }],
      d: [{ path: ["x", 1], schema: secret }],
    },
  );
  expect(values).toEqual({ a: { list: [{ key: "s3cret" }] }, b: "s3cret", c: "AWS,aws,KEY", d: null });
});

test("unknown secrets and a missing file leave the string; no warning tells either", async () => {
  const inputs = {
    a: "${{OO_SECRET:AWS,aws,OTHER}}",
    b: "${{OO_SECRET:AWS,toString,KEY}}",
    c: "${{OO_SECRET:Other,aws,KEY}}",
  };
  const known = await resolve(inputs);
  expect(known.values).toEqual({ ...inputs, c: "s3cret" });
  const unknown = await resolve(inputs, null, null, undefined);
  expect(known.warnings).toHaveLength(3);
  for (const warning of [...known.warnings, ...unknown.warnings])
    expect(warning).not.toMatch(/s3cret|OO_SECRET|OTHER/);
});

test("a credential becomes a pointer; a malformed one stays", async () => {
  const credential = { type: "string", contentMediaType: "oomol/credential" };
  const defs = Object.fromEntries(
    ["a", "b", "c"].map((handle) => [handle, { handle, json_schema: credential }]),
  );
  const { values } = await resolve(
    { a: "${{OO_CREDENTIAL:AWS,mine,id-1}}", b: "${{OO_CREDENTIAL:AWS,,id-1}}", c: null },
    defs,
  );
  expect(values).toEqual({
    a: { type: "AWS", name: "mine", id: "id-1" },
    b: "${{OO_CREDENTIAL:AWS,,id-1}}",
    c: null,
  });
});
