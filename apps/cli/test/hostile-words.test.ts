import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { printable, printableJson, printableLine } from "../src/printable.ts";
import { startTestServer } from "./helpers/start-test-server.ts";

/** Sets a terminal's title, clears its screen (in two ways), turns letters round, and passes for a line of ours. */
const hostile = (mark: string) =>
  `${mark}\u001b]0;title\u0007\u001b[2J\u009b2J\u202egnp.exe\u2066\r\ndone installed evil@1`;

/** Nothing of it may reach a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for
const raw = /[\x00-\x08\x0b-\x1f\x7f-\x9f\p{Bidi_Control}]/u;
/** Nor a line that looks like one of the program's own. */
const forged = /^done installed/m;

/** A package that says it wherever it can say something. */
async function openHostilePackage() {
  const folder = await createTemporaryFolder();
  const block = join(folder.path, "evil/tasks/say");
  await mkdir(block, { recursive: true });
  // JSON is YAML.
  const manifest = {
    title: hostile("title"),
    description: `${hostile("description")}\nMore of it.`,
    executor: { name: "nodejs", options: { entry: "main.js" } },
    inputs_def: [
      {
        handle: "text",
        description: hostile("input"),
        json_schema: { type: "string", examples: [hostile("example")], enum: ["x", hostile("example")] },
      },
    ],
    outputs_def: [{ handle: hostile("output"), description: hostile("description of the output") }],
  };
  await writeFile(
    join(folder.path, "evil/package.oo.yaml"),
    JSON.stringify({ name: "evil", version: "1.0.0", title: hostile("package") }),
  );
  await writeFile(join(block, "task.oo.yaml"), JSON.stringify(manifest));
  await writeFile(
    join(block, "main.js"),
    `const said = ${JSON.stringify(hostile("said"))};
export default async function ({ text }, context) {
  await context.reportLog(said);
  await context.warning?.(said);
  if (text === "x") throw new Error(said);
  return { ${JSON.stringify(hostile("output"))}: said };
}`,
  );
  return folder;
}

test("nothing that a package or a block says reaches the terminal as it is", async () => {
  await using folder = await openHostilePackage();
  await using server = await startTestServer(["--packages", folder.path]);
  const shown = async (...args: string[]) => {
    const { stdout, stderr } = await server.cli(...args);
    expect([args, raw.exec(stdout + stderr)]).toEqual([args, null]);
    expect([args, forged.exec(stdout + stderr)]).toEqual([args, null]);
    return stdout + stderr;
  };
  expect(await shown("blocks", "evil")).toMatch(/^evil::say {2}v1\.0\.0 {2}description/);
  expect(await shown("blocks", "evil", "--json")).toContain("\\u202egnp.exe");
  expect(await shown("blocks", "show", "evil::say")).toContain("description of the output");
  expect(await shown("run", "evil::say", "--help")).toContain("input");
  expect(await shown("packages")).toContain("evil");
  expect(await shown("types")).toContain('"evil::say"');
  expect(await shown("run", "evil::say", "--input", "text=x")).toMatch(/^error .*said.*gnp\.exe$/m);
  const outcome = await server.cli("run", "evil::say", "--input", `text=${hostile("example")}`);
  expect(outcome.stdout + outcome.stderr).not.toMatch(raw);
  const [failed] = JSON.parse(await shown("tasks", "--status", "failed", "--json"));
  expect(await shown("show", failed.id)).toContain("said");
  expect(await shown("logs", failed.id)).toContain("│ said");
  expect(await shown("logs", failed.id, "--json")).toContain("said");
  expect(await shown("tasks")).toContain("evil::say");
});

test("text is kept but for what a terminal would act on", () => {
  expect(printable(hostile("a"))).toBe("a]0;title2Jgnp.exe\ndone installed evil@1");
  expect(printable("a\n\tb\nc", "│ ")).toBe("a\n│ \tb\n│ c");
  expect(printableLine("a\r\n\tb\n")).toBe("a b ");
  expect(printable("文本 é 👩‍👩‍👧 שלום")).toBe("文本 é 👩‍👩‍👧 שלום");
  expect(printable(undefined)).toBe("undefined");
});

test("JSON says the same as before", () => {
  const value = { [hostile("key")]: [hostile("value"), "שלום\u200f"] };
  const json = printableJson(value, 2);
  expect(json).not.toMatch(/[\x7f-\x9f\p{Bidi_Control}]/u);
  expect(JSON.parse(json)).toEqual(value);
  expect(printableJson(undefined)).toBe("null");
});
