import type { Page } from "playwright-core";

export const routeOf = (blockId: string) => `#/blocks/${encodeURIComponent(blockId)}`;

export const run = (page: Page) => page.getByRole("button", { name: /^Run/ }).click();

export const untilStatus = (page: Page, status: string) =>
  page.locator(`.output .pill[data-status=${status}]`).waitFor({ timeout: 25_000 });
