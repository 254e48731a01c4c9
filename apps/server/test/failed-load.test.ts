import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { openTestServer } from "./open-test-server.ts";

/** Node.js remembers what it could not load, and neither the package nor the folder of its modules changes meanwhile. */
test.each([
  ["an import", "main.js", `import { text } from "dep"; export default () => ({ text });`],
  [
    "an import in TypeScript",
    "main.ts",
    `import { text } from "dep"; export default () => ({ text: text as string });`,
  ],
  ["import()", "main.js", `export default async () => ({ text: (await import("dep")).text });`],
])(
  "a linked dependency that is built after a failed load is found by the next task (%s)",
  async (_name, entry, code) => {
    await using folder = await createTemporaryFolder();
    const write = async (name: string, text: string) => {
      await mkdir(dirname(folder.file(name)), { recursive: true });
      await writeFile(folder.file(name), text);
    };
    await write("linking/package.oo.yaml", "name: linking\nversion: 0.1.0\n");
    await write("linking/package.json", `{ "type": "module" }`);
    const manifest = `executor:\n  name: nodejs\n  options:\n    entry: ${entry}\noutputs_def:\n  - handle: text\n`;
    await write("linking/tasks/show/task.oo.yaml", manifest);
    await write(`linking/tasks/show/${entry}`, code);
    await write(
      "elsewhere/package.json",
      `{ "name": "dep", "type": "module", "exports": "./dist/index.js" }`,
    );
    await mkdir(folder.file("linking/node_modules"));
    await symlink(folder.file("elsewhere"), folder.file("linking/node_modules/dep"));
    await using server = await openTestServer({
      packages: [join(folder.path, "linking")],
      concurrency: 1,
      spareExecutors: 1,
      isolation: "caller",
    });
    const run = async () => {
      const id = await server.start("linking::show");
      await server.waitForEnd(id);
      return server.finish(id);
    };
    expect(await run()).toMatchObject({ error: expect.stringContaining("dep") });
    await write("elsewhere/dist/index.js", `export const text = "built";`);
    expect(await run()).toMatchObject({ result: { text: "built" } });
  },
);
