import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { chromiumLaunchOptions } from "@oomol/test-helpers/chromium-launch-options";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { chromium } from "playwright-core";
import { type Measurement, medianAndSpread } from "../../../bench/helpers/measure.ts";
import buildApp from "../test/build-app.ts";
import { openPlayground } from "../test/helpers/open-playground.ts";
import { untilStatus } from "../test/helpers/page-actions.ts";
import { startTask } from "../test/helpers/start-task.ts";

const rounds = 3;
const repository = fileURLToPath(new URL("../../../", import.meta.url));

/** Time from the preview of a block to its first rows on the screen. */
export async function measure(): Promise<Measurement> {
  await using folder = await createTemporaryFolder();
  await writePackage(folder.path);
  const removeApp = await buildApp();
  try {
    await using playground = await openPlayground({
      openBrowser: () => chromium.launch(chromiumLaunchOptions()),
      packages: [relative(repository, folder.path)],
    });
    const rows = [];
    for (const [name, what, count] of tables) {
      const times: { call: number; message: number }[] = [];
      for (let round = 0; round < rounds; round += 1)
        times.push(await showTable(playground, folder.path, what, count));
      rows.push([
        name,
        medianAndSpread(
          times.map(({ call }) => call),
          0,
        ),
        medianAndSpread(
          times.map(({ message }) => message),
          0,
        ),
      ]);
    }
    return {
      title: "The first rows of a preview in the playground",
      note: `Real server, block and Chromium, ${rounds} rounds. The page shows the running task; the block holds its table and then calls \`context.preview\`. Until the frame after the first cell is in the document. The goal is a second after the preview.`,
      columns: ["table", "ms after the call", "ms after the call has returned"],
      rows,
    };
  } finally {
    await removeApp();
  }
}

const tables: [name: string, what: string, count: number][] = [
  ["10 rows × 20 columns", "rows", 10],
  ["polars, 1,000,000 rows × 20 columns", "polars", 1_000_000],
  ["arquero, 1,000,000 rows × 20 columns", "arquero", 1_000_000],
  ["`{ columns, rows }`, 1,000,000 rows × 20 columns, written whole", "rows", 1_000_000],
];

async function showTable(
  playground: Awaited<ReturnType<typeof openPlayground>>,
  folder: string,
  what: string,
  count: number,
) {
  const start = join(folder, `${crypto.randomUUID()}.start`);
  const route = await startTask(playground.connect.url, "tables::show", { what, count, start });
  await using opened = await playground.openPage();
  const { page } = opened;
  await page.addInitScript(() => {
    const look = () => {
      if (document.querySelector(".table-preview td:not(:empty)") === null) requestAnimationFrame(look);
      else requestAnimationFrame(() => Object.assign(window, { drawnAt: Date.now() }));
    };
    look();
  });
  await page.goto("about:blank");
  await page.goto(playground.app.url + route);
  await page.getByText("ready", { exact: true }).waitFor({ timeout: 120_000 });
  await writeFile(start, "");
  await untilStatus(page, "completed");
  const drawn = await page.waitForFunction(() => Number(Reflect.get(window, "drawnAt") ?? 0));
  const { calledAt, returnedAt } = JSON.parse(await readFile(`${start}.times`, "utf8"));
  const drawnAt = await drawn.jsonValue();
  return { call: drawnAt - calledAt, message: drawnAt - returnedAt };
}

/** A block that holds a table until the page is ready; its libraries are those of the tests of `packages/scriptlet`. */
async function writePackage(folder: string): Promise<void> {
  const task = join(folder, "tables-1.0.0/tasks/show");
  await mkdir(task, { recursive: true });
  await writeFile(join(folder, "tables-1.0.0/package.oo.yaml"), "name: tables\nversion: 1.0.0\n");
  await writeFile(
    join(task, "task.oo.yaml"),
    "executor: { name: nodejs, options: { entry: main.js } }\ninputs_def: [{ handle: what }, { handle: count }, { handle: start }]\n",
  );
  const libraries = JSON.stringify(join(repository, "packages/scriptlet/package.json"));
  await writeFile(
    join(task, "main.js"),
    `import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
const find = createRequire(${libraries});
const load = (name) => import(pathToFileURL(find.resolve(name)));
const texts = Array.from({ length: 1000 }, (_, index) => "text " + index);
const columns = (count) => Object.fromEntries(Array.from({ length: 20 }, (_, column) => ["c" + column,
  column % 2 ? Array.from({ length: count }, (_, row) => texts[row % 1000]) : Float64Array.from({ length: count }, (_, row) => row * 1.5)]));
const tables = {
  async polars(count) { const { default: pl } = await load("nodejs-polars"); return pl.DataFrame(Object.entries(columns(count)).map(([name, values]) => pl.Series(name, values))); },
  async arquero(count) { const { table } = await load("arquero"); return table(columns(count)); },
  rows(count) { const all = Object.entries(columns(count)); return { type: "table", data: { columns: all.map(([name]) => name), rows: Array.from({ length: count }, (_, row) => all.map(([, values]) => values[row])) } }; },
};
export default async ({ what, count, start }, context) => {
  const table = await tables[what](count);
  await context.preview({ type: "text", data: "ready" });
  while (!existsSync(start)) await pause(5);
  const calledAt = Date.now();
  await context.preview(table);
  writeFileSync(start + ".times", JSON.stringify({ calledAt, returnedAt: Date.now() }));
};
`,
  );
}
