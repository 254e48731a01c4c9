/** The versions that a new package is tried with. */
export const toolVersions = { "@types/node": "^26.6.6", typescript: "^6.0.3", vitest: "^5.1.1" };

/** What a package has once. */
export function packageFiles(name: string, scriptlet: string): Record<string, string> {
  const manifest = {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: { check: "tsc", test: "vitest run" },
    devDependencies: { "@oomol/scriptlet": scriptlet, ...toolVersions },
  };
  return {
    "package.oo.yaml": `name: ${name}\nversion: 0.1.0\n`,
    "package.json": toJson(manifest),
    "tsconfig.json": toJson(tsconfig),
    ".gitignore": "node_modules/\n",
  };
}

/** What each block of a package has. */
export function blockFiles(name: string): Record<string, string> {
  return {
    [`tasks/${name}/task.oo.yaml`]: manifest,
    [`tasks/${name}/main.ts`]: main,
    [`test/${name}.test.ts`]: test(name),
  };
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const tsconfig = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    lib: ["ES2023", "ESNext.Disposable"],
    types: ["node"],
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    // Node.js and the executor run the sources as they are.
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  },
  include: ["tasks", "test"],
};

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
