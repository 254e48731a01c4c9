import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { routeOf, untilStatus } from "./helpers/page-actions.ts";
import { startTask } from "./helpers/start-task.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

const inputs = {
  ...{ name: "Annabel", loud: false, size: "large", ratio: 0.5, tint: "#112233" },
  ...{ secret: "of nobody", options: { deep: [3] } },
};

test("a run that is opened by its address shows what it was given, but no secret", async () => {
  const { url } = playground.connect;
  const first = await startTask(url, "show::form", inputs);
  await using opened = await playground.openPage(first);
  const { page, complaints } = opened;
  await untilStatus(page, "completed");
  const field = (name: string) => page.getByRole("textbox", { name, exact: true });
  await expect.poll(() => field("name").inputValue()).toBe("Annabel");
  expect(await field("ratio").inputValue()).toBe("0.5");
  expect(await page.getByRole("switch", { name: "loud" }).isChecked()).toBe(false);
  expect(await page.getByLabel("options").inputValue()).toBe(JSON.stringify(inputs.options, null, 2));
  expect(await page.locator("form.card").evaluate((form) => form.innerHTML)).not.toContain("of nobody");
  expect(await page.getByLabel("secret").inputValue()).toBe("");

  // Another run: what it was not given is the form's own again.
  const second = await startTask(url, "show::form", { name: "Bo Bo" });
  await page.evaluate((hash) => location.assign(hash), second);
  await expect.poll(() => field("name").inputValue()).toBe("Bo Bo");
  expect(await field("ratio").inputValue()).toBe("");
  expect(await page.getByRole("switch", { name: "loud" }).isChecked()).toBe(true);
  expect(complaints).toEqual([]);
});

test("what is typed before the server has told of the task stays", async () => {
  const route = await startTask(playground.connect.url, "show::form", inputs);
  await using opened = await playground.openPage(routeOf("show::form"));
  const { page } = opened;
  const held = Promise.withResolvers<void>();
  await page.route(`**/v1/tasks/${route.split("/").at(-1)}**`, async (request) => {
    await held.promise;
    await request.continue();
  });
  const name = page.getByRole("textbox", { name: "name", exact: true });
  await name.waitFor();
  await page.evaluate((hash) => location.assign(hash), route);
  await page.locator(".output .pill").waitFor();
  await name.fill("Typed");
  held.resolve();
  await untilStatus(page, "completed");
  expect(await name.inputValue()).toBe("Typed");
});
