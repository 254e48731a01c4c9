import type { Page } from "playwright-core";

/** Drops files and folders of this machine as a person would; gives the id of the task that the page makes of them. */
export async function dropFiles(page: Page, files: string[], blockId: string): Promise<string> {
  await page.evaluate((block) => {
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      const { dataTransfer } = event;
      if (!dataTransfer) return;
      const { tasks } = new window.connect.OomolConnectClient();
      const created = tasks.createWithFiles(block, {}, dataTransfer);
      Object.assign(window, { created: created.then(({ task }) => task.id) });
    });
  }, blockId);
  const debuggerSession = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await debuggerSession.send("Input.dispatchDragEvent", { type, x: 50, y: 50, data });
  await page.waitForFunction(() => "created" in window);
  return page.evaluate(() => Reflect.get(window, "created"));
}
