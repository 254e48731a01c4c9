import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { routeOf, run } from "./helpers/page-actions.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

test("blocks are called in the language that was chosen here, whatever that of the browser", async () => {
  await using opened = await playground.openPage(routeOf("words::greet"));
  const { page } = opened;
  await page.getByRole("heading", { name: "Greet people", level: 1 }).waitFor();
  await page.getByRole("button", { name: "中文" }).click();
  await page.getByRole("heading", { name: "问候大家", level: 1 }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "问候大家", level: 1 }).waitFor();
});

test("a number that would arrive as another is not sent, and the field says why", async () => {
  await using opened = await playground.openPage(routeOf("words::greet"));
  const { page } = opened;
  await page.getByRole("textbox", { name: "id" }).fill("9007199254740993");
  await run(page);
  await page
    .getByRole("alert")
    .getByText("9007199254740993 has more digits than a number can carry")
    .waitFor();
});

test("what is wrong with packages is shown beside them", async () => {
  await using opened = await playground.openPage("#/packages");
  const { page, complaints } = opened;
  const problems = page.getByRole("region", { name: "Problems" });
  await problems.getByText("/packages/words-1.0.0/1.0.0/tasks/torn").waitFor();
  await problems.getByText(/task\.oo\.yaml cannot be used/).waitFor();
  expect(complaints).toEqual([]);
});
