import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { routeOf } from "./helpers/page-actions.ts";

// What is copied out of the page is run, against the server behind it, as somebody would who has just copied it.
const run = promisify(execFile);
const repository = fileURLToPath(new URL("../../../", import.meta.url));
let playground: Awaited<ReturnType<typeof openPlayground>>;
let directory: string;

beforeAll(async () => {
  playground = await openPlayground();
  // Where Node finds the client's package.
  directory = await mkdtemp(join(repository, "apps/cli/test/copied-"));
  const cli = [process.execPath, "--conditions=@oomol/source", join(repository, "apps/cli/src/cli.ts")];
  await writeFile(
    join(directory, "oomol-connect"),
    `#!/bin/sh\nexec ${cli.map((word) => `'${word}'`).join(" ")} "$@"\n`,
  );
  await chmod(join(directory, "oomol-connect"), 0o755);
  await writeFile(join(directory, "notes.txt"), "hello");
});
afterAll(async () => {
  await playground[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

const inShell = (script: string) => {
  const PATH = `${directory}${delimiter}${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
  // A token that nobody asked for does no harm, and curl's line names one.
  const env = { ...process.env, PATH, OOMOL_CONNECT_API_TOKEN: "api-unused" };
  return run("sh", ["-c", script], { cwd: directory, env });
};

async function copied(page: Page, language: string): Promise<string> {
  await page.getByRole("tab", { name: language }).click();
  await page.getByRole("button", { name: `Copy: ${language}` }).click();
  return page.evaluate(() => navigator.clipboard.readText());
}

const opened = (blockId: string) =>
  playground.openPage(routeOf(blockId), { permissions: ["clipboard-read", "clipboard-write"] });

test("a call with awkward values", async () => {
  await using page = await opened("show::form");
  await page.page.getByRole("textbox", { name: "name" }).fill(`It's "5" \\ $HOME`);
  const name = `It's "5" \\ $HOME`;
  await expectCopiedToRun(page.page, { received: expect.objectContaining({ name, size: "medium" }) });
});

test("a call with a file", async () => {
  await using page = await opened("pkg::file-processor");
  const upload = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("hello") };
  await page.page.locator("input[type=file]").setInputFiles(upload);
  await expectCopiedToRun(page.page, expect.objectContaining({ name: "notes.txt", size_bytes: 5 }));
});

async function expectCopiedToRun(page: Page, result: unknown): Promise<void> {
  const typescript = await copied(page, "TypeScript");
  await writeFile(
    join(directory, "copied.ts"),
    typescript.replace("console.log(result)", "console.log(JSON.stringify(result))"),
  );
  const node = await run(process.execPath, ["--conditions=@oomol/source", "copied.ts"], { cwd: directory });
  expect(JSON.parse(node.stdout)).toEqual(result);

  const cli = await inShell(await copied(page, "CLI"));
  expect(JSON.parse(cli.stdout)).toEqual(result);

  const curl = await inShell(await copied(page, "curl"));
  const { task } = JSON.parse(curl.stdout);
  expect(await resultOf(task.id)).toEqual(result);
}

async function resultOf(taskId: string): Promise<unknown> {
  const base = `${playground.connect.url}/v1/tasks/${taskId}`;
  await fetch(base, { headers: { prefer: "wait=30" } });
  const { logs } = (await (await fetch(`${base}/logs`)).json()) as {
    logs: { type: string; event: { result?: unknown } }[];
  };
  return logs.find(({ type }) => type === "BlockFinished")?.event.result;
}
