import { expect, test } from "vitest";
import { referTo, resolveReferences } from "../src/files/upload-references.ts";
import { JsonText } from "../src/json-text.ts";

test.each(["", "语".repeat(30_000)])(
  "files have their paths in inputs, whatever their names are (case %#)",
  (pad) => {
    const [report, picture] = ["/uploads/0/报告.txt", '/uploads/1/a "b" é.png'];
    const given = {
      pad,
      list: [referTo("t1", report), { one: referTo("t1", picture) }],
      other: "upload:t2/0/x",
    };
    const text = JSON.stringify(given);
    const inputs = new JsonText(pad === "" ? text : Buffer.from(text));
    const resolved = resolveReferences("t1", inputs, ({ part, name }) => `/里/${part}/${name}`);
    expect(resolved.toJSON()).toEqual({
      pad,
      list: ["/里/0/报告.txt", { one: '/里/1/a "b" é.png' }],
      other: "upload:t2/0/x",
    });
    expect(typeof resolved.json).toBe(typeof inputs.json);
    expect(resolveReferences("t3", inputs, () => "nowhere")).toBe(inputs);
  },
);
