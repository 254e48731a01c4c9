import type { Page } from "playwright-core";

/** Two tabs of one browser window, which share its connections. */
export async function openTabs(
  page: Page,
  origin: string,
): Promise<AsyncDisposable & { tabs: [Page, Page] }> {
  const context = await page.context().browser()?.newContext({ ignoreHTTPSErrors: true });
  if (!context) throw new Error("The browser is gone.");
  const tabs: [Page, Page] = [await context.newPage(), await context.newPage()];
  for (const tab of tabs) {
    await tab.goto(`${origin}/`);
    await tab.waitForFunction(() => "connect" in window);
  }
  return { tabs, [Symbol.asyncDispose]: () => context.close() };
}
