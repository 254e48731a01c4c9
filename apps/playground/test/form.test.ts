import { describe, expect, test } from "vitest";
import { type Drafts, initialDraft, initialDrafts, storableDrafts } from "../src/form/draft.ts";
import { createField } from "../src/form/field.ts";
import { type Reading, readDraft } from "../src/form/read-draft.ts";
import { collectSubmission } from "../src/form/use-block-form.ts";
import { withoutSecrets } from "../src/form/without-secrets.ts";

const kind = (json_schema: unknown) => createField({ handle: "it", json_schema }).kind;

test("each schema gets the control that suits it", () => {
  expect(kind({ type: "string" })).toBe("text");
  expect(kind({ type: "string", "ui:widget": "textarea" })).toBe("textarea");
  expect(kind({ type: ["integer", "null"] })).toBe("number");
  expect(kind({ type: "boolean" })).toBe("switch");
  expect(kind({ type: "string", enum: ["a"] })).toBe("choice");
  expect(kind({ type: "string", contentMediaType: "oomol/secret" })).toBe("secret");
  expect(kind({ type: "string", "ui:widget": "file" })).toBe("file");
  expect(kind({ type: "array", items: { "ui:widget": "file" } })).toBe("files");
  expect(kind({ contentMediaType: "oomol/bin" })).toBe("file");
  expect(kind({ anyOf: [{ type: "string", "ui:widget": "file" }, { type: "null" }] })).toBe("file");
  expect(kind({ type: "object" })).toBe("json");
  expect(kind({ type: ["object", "null"], properties: { a: {} } })).toBe("group");
  expect(kind({ type: "array", items: { type: "string" } })).toBe("list");
  expect(kind(undefined)).toBe("json");
});

test.each(["constructor", "toString", "__proto__"])(
  "an input that is called %s is one like any other",
  (name) => {
    const own = (value: unknown) => Object.fromEntries([[name, value]]);
    const schema = { type: "object", properties: own({ type: "string", default: "a" }) };
    const [field, text] = [{ handle: "it", json_schema: schema, value: {} }, { handle: name }].map(
      createField,
    );
    if (!field || !text) throw new Error("There are no fields.");
    expect(readDraft(field, initialDraft(field))).toEqual({ state: "value", value: {} });
    expect(initialDrafts([text])).toEqual(own(""));
    expect(storableDrafts([text], own("typed") as Drafts)).toEqual(own("typed"));
    expect(storableDrafts([text], {})).toEqual({});
    const readings = new Map<string, Reading>([[name, { state: "value", value: 1 }]]);
    expect(collectSubmission(readings)).toEqual({ inputValues: own(1), files: {} });
  },
);

test("choices that are read alike can be told apart", () => {
  const labels = (json_schema: object) =>
    createField({ handle: "it", json_schema }).choices.map(({ label }) => label);
  expect(labels({ enum: [1, "1", ""] })).toEqual(["1", '"1"', '""']);
  expect(labels({ enum: [null, "null", "a", true] })).toEqual(["null", '"null"', "a", "true"]);
  expect(labels({ enum: [1, "1"], "ui:options": { labels: ["one"] } })).toEqual(["one", '"1"']);
});

test("a default fills the field, whatever its type", () => {
  const choice = { type: "string", enum: ["a", "b"] };
  expect(initialDraft(createField({ handle: "it", json_schema: choice, value: "b" }))).toBe("1");
  expect(initialDraft(createField({ handle: "it", json_schema: { type: "number" }, value: 2.5 }))).toBe(
    "2.5",
  );
  expect(initialDraft(createField({ handle: "it", json_schema: { type: "boolean" }, value: true }))).toBe(
    true,
  );
  expect(initialDraft(createField({ handle: "it", json_schema: { type: "array" }, value: [1] }))).toBe(
    "[\n  1\n]",
  );
});

describe("what is typed", () => {
  const number = createField({ handle: "it", json_schema: { type: "integer", minimum: 80, maximum: 450 } });

  test("is a value where it fits", () => {
    expect(readDraft(number, " 175 ")).toEqual({ state: "value", value: 175 });
  });

  test.for([
    ["", "required"],
    ["fast", "number"],
    ["79", "minimum"],
    ["451", "maximum"],
    ["100.5", "type"],
  ])("%j is refused with %s", ([draft, code]) => {
    expect(readDraft(number, draft)).toMatchObject({ state: "problem", problem: { code } });
  });

  test("says which limit it breaks, and where inside JSON", () => {
    const schema = { type: "object", properties: { list: { type: "array", items: { type: "number" } } } };
    const open = { ...schema, additionalProperties: true };
    const field = createField({ handle: "it", json_schema: open });
    expect(readDraft(field, '{"list":[1,"two"]}')).toMatchObject({
      problem: { code: "type", limit: "number", place: "list/1" },
    });
    expect(readDraft(field, "{")).toMatchObject({ problem: { code: "json" } });
  });

  test("may be nothing where the block has a default or takes null", () => {
    const json_schema = { type: "string" };
    expect(readDraft(createField({ handle: "it", json_schema, value: "x" }), "")).toEqual({
      state: "omitted",
    });
    expect(readDraft(createField({ handle: "it", json_schema, nullable: true }), "")).toEqual({
      state: "omitted",
    });
    expect(readDraft(createField({ handle: "it", json_schema, nullable: true, value: "x" }), "")).toEqual({
      state: "value",
      value: null,
    });
  });

  test("passes a schema that no validator could use", () => {
    const field = createField({ handle: "it", json_schema: { type: "string", pattern: "(" } });
    expect(readDraft(field, "x")).toEqual({ state: "value", value: "x" });
  });
});

test.for([
  ["an object with names of its own", { type: "object", properties: { a: {} }, additionalProperties: {} }],
  ["one that needs a name it does not describe", { type: "object", properties: { a: {} }, required: ["b"] }],
  ["a choice of forms", { type: "object", properties: { a: {} }, oneOf: [{ required: ["a"] }] }],
  ["a tuple", { type: "array", prefixItems: [{ type: "number" }], items: { type: "string" } }],
  ["an object or text", { type: ["object", "string"], properties: { a: {} } }],
  ["a file inside", { type: "object", properties: { a: { "ui:widget": "file" } } }],
])("%s stays JSON", ([, schema]) => {
  expect(kind(schema)).toBe("json");
});

test("a default that fields would lose a part of stays JSON", () => {
  const json_schema = { type: "object", properties: { a: { type: "number" } } };
  expect(createField({ handle: "it", json_schema, value: { a: 1 } }).kind).toBe("group");
  expect(createField({ handle: "it", json_schema, value: { a: 1, b: 2 } }).kind).toBe("json");
});

describe("fields inside fields", () => {
  const person = {
    type: "object",
    properties: {
      name: { type: "string", minLength: 2 },
      age: { type: ["integer", "null"] },
      key: { type: "string", contentMediaType: "oomol/secret" },
    },
    required: ["name", "age"],
  };
  const people = { type: "array", items: person, minItems: 1 };

  test("begin with the default, or with as many items as are needed", () => {
    const value = [{ name: "Ada", age: 36 }];
    const given = createField({ handle: "people", json_schema: people, value });
    expect(readDraft(given, initialDraft(given))).toEqual({ state: "value", value });
    const field = createField({ handle: "people", json_schema: people });
    expect(initialDraft(field)).toMatchObject({ items: [{ draft: { group: { name: "" } } }], nextKey: 1 });
  });

  test("say what is wrong where it is", () => {
    const field = createField({ handle: "people", json_schema: people });
    const draft = { items: [{ key: 4, draft: { group: { name: "A", age: "x", key: "" } } }], nextKey: 5 };
    const reading = readDraft(field, draft);
    expect(reading.state === "problem" && [...(reading.inside ?? [])]).toEqual([
      ["4/name", expect.objectContaining({ code: "minLength" })],
      ["4/age", { code: "number" }],
    ]);
    expect(readDraft(field, { items: [], nextKey: 5 })).toMatchObject({ problem: { code: "minItems" } });
  });

  test("are left out where nothing is in them, and null where something must be", () => {
    const properties = { person, size: { type: "integer" } };
    const json_schema = { type: "object", properties, required: ["size"] };
    const field = createField({ handle: "it", json_schema });
    const blank = initialDraft(createField({ handle: "person", json_schema: person }));
    expect(readDraft(field, { group: { person: blank, size: "3" } })).toEqual({
      state: "value",
      value: { size: 3 },
    });
    const ada = { group: { name: "Ada", age: "", key: "" } };
    expect(readDraft(field, { group: { person: ada, size: "3" } })).toMatchObject({
      value: { person: { name: "Ada", age: null } },
    });
  });

  test("come back from the history without their secrets, and not where the block has changed", () => {
    const field = createField({ handle: "people", json_schema: people });
    const item = { group: { name: "Ada", age: "36", key: "hidden" } };
    const stored = storableDrafts([field], { people: { items: [{ key: 7, draft: item }], nextKey: 8 } });
    expect(JSON.stringify(stored)).not.toContain("hidden");
    expect(initialDrafts([field], stored)).toEqual({
      people: { items: [{ key: 0, draft: { group: { name: "Ada", age: "36", key: "" } } }], nextKey: 1 },
    });
    const changed = createField({ handle: "people", json_schema: { type: "string" } });
    expect(initialDrafts([changed], stored)).toEqual({ people: "" });
  });

  test("keep their secrets out of code", () => {
    const field = createField({ handle: "people", json_schema: people });
    expect(withoutSecrets(field, [{ name: "Ada", age: null, key: "hidden" }])).toEqual([
      { name: "Ada", age: null, key: "YOUR_SECRET" },
    ]);
  });
});

test("secrets and files are never stored", () => {
  const fields = [
    createField({ handle: "key", json_schema: { type: "string", contentMediaType: "oomol/secret" } }),
    createField({ handle: "file", json_schema: { "ui:widget": "file" } }),
    createField({ handle: "text", json_schema: { type: "string" } }),
  ];
  const drafts = { key: "hidden", file: [new File(["x"], "x.txt")], text: "kept" };
  expect(storableDrafts(fields, drafts)).toEqual({ text: "kept" });
});
