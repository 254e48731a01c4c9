import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UsageError } from "./exit-codes.ts";

/** Writes a package with one working block and a passing test. Returns the files it wrote; it never changes existing ones. */
export async function createBlockPackage(directory: string, name: string): Promise<string[]> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new UsageError(
      `"${name}": a block's name has lower-case words, separated by hyphens, such as text-to-audio.`,
    );
  }
  const files = Object.entries(await packageFiles(name)).map(
    ([path, content]) => [join(directory, name, path), content] as const,
  );
  for (const [path, content] of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { flag: "wx" }).catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === "EEXIST" ? new UsageError(`${path} already exists; it was not changed.`) : cause;
    });
  }
  return files.map(([path]) => path);
}

async function packageFiles(name: string): Promise<Record<string, string>> {
  const version = await ownVersion();
  return {
    "package.oo.yaml": `name: ${name}\nversion: 0.1.0\n`,
    "package.json": `${JSON.stringify(npmManifest(name, version), null, 2)}\n`,
    [`tasks/${name}/task.oo.yaml`]: manifest,
    [`tasks/${name}/main.ts`]: main,
    [`test/${name}.test.ts`]: test(name),
  };
}

/** Published together, with one version. */
async function ownVersion(): Promise<string> {
  const file = createRequire(import.meta.url).resolve("@oomol/connect-node/package.json");
  return JSON.parse(await readFile(file, "utf8")).version;
}

function npmManifest(name: string, version: string) {
  return {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: { test: "vitest run" },
    devDependencies: { "@oomol/scriptlet": `^${version}`, vitest: "^5.1.1" },
  };
}

const manifest = `description: Repeats a text.
executor:
  name: nodejs
  options:
    entry: main.ts
inputs_def:
  - handle: text
    description: What is repeated.
    json_schema: { type: string }
  - handle: times
    description: How often.
    value: 2
    json_schema: { type: integer, minimum: 1 }
outputs_def:
  - handle: text
    json_schema: { type: string }
`;

const main = `import type { Context } from "@oomol/scriptlet";

interface Inputs {
  text: string;
  times: number;
}

interface Outputs {
  text: string;
}

export default async function main({ text, times }: Inputs, context: Context<Inputs, Outputs>): Promise<Outputs> {
  await context.reportProgress(50);
  console.log(\`Repeating a text \${times} times.\`);
  return { text: Array.from({ length: times }, () => text).join(" ") };
}
`;

const test = (name: string) => `import { runBlock } from "@oomol/scriptlet/testing";
import { expect, test } from "vitest";
import main from "../tasks/${name}/main.ts";

test("repeats a text", async () => {
  await using run = await runBlock(main, { inputs: { text: "hello", times: 2 } });
  expect(run.result).toEqual({ text: "hello hello" });
  expect(run.logs[0]?.text).toBe("Repeating a text 2 times.");
});
`;
