import { describe, expect, test } from "vitest";
import { initialDraft, storableDrafts } from "../src/form/draft.ts";
import { createField } from "../src/form/field.ts";
import { readDraft } from "../src/form/read-draft.ts";

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
  expect(kind({ type: "object" })).toBe("json");
  expect(kind(undefined)).toBe("json");
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
    const field = createField({ handle: "it", json_schema: schema });
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

test("secrets and files are never stored", () => {
  const fields = [
    createField({ handle: "key", json_schema: { type: "string", contentMediaType: "oomol/secret" } }),
    createField({ handle: "file", json_schema: { "ui:widget": "file" } }),
    createField({ handle: "text", json_schema: { type: "string" } }),
  ];
  const drafts = { key: "hidden", file: [new File(["x"], "x.txt")], text: "kept" };
  expect(storableDrafts(fields, drafts)).toEqual({ text: "kept" });
});
