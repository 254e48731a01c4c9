import { FakeConnectServer, type FakeTask } from "@oomol/connect-core/testing";
import { connectChromium } from "@oomol/test-helpers/connect-chromium";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";
import { serve } from "@oomol/test-helpers/serve";
import { expect, test } from "vitest";
import { serveApp } from "./helpers/serve-app.ts";
import { startTask } from "./helpers/start-task.ts";

const reason = 'No worker is there that has version 2.0.0 of the package "lab". The task waits for one.';

test("a task that nobody can run says why, beside its state, until it runs", async () => {
  const fake = new FakeConnectServer({
    blocks: [{ package: "lab", name: "shout", path: "/packages/lab-2.0.0/2.0.0/blocks/shout" }],
    extensions: ["events", "after", "wait"],
    onTask: (task) => task.waitFor(reason),
  });
  await using served = await serve(fakeHandler(fake));
  const url = `${served.origin}/api`;
  await using app = await serveApp(url);
  const browser = await connectChromium();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(app.url + (await startTask(url, "lab::shout", {})));
    const bar = page.locator(".run-bar");
    await bar.getByText(reason).waitFor();
    expect(await bar.locator(".pill").textContent()).toBe("Waiting");
    const [task] = [...fake.tasks.values()] as [FakeTask];
    task.setStatus("running");
    await bar.getByText("Running").waitFor();
    expect(await bar.getByText(reason).count()).toBe(0);
    task.complete();
    await bar.getByText("Done").waitFor();
  } finally {
    await browser.close();
  }
});
