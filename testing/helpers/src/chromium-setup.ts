import { chromium } from "playwright-core";
import type { TestProject } from "vitest/node";
import { chromiumLaunchOptions } from "./chromium-launch-options.ts";
import type {} from "./connect-chromium.ts"; // what is provided
import { MissingProgram } from "./missing-program.ts";

/** One Chromium for the whole run; each test has pages, with cookies, caches and storage, of its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    const server = await chromium.launchServer(chromiumLaunchOptions());
    project.provide("chromiumEndpoint", server.wsEndpoint());
    return () => server.close();
  } catch (failure) {
    if (!(failure instanceof MissingProgram)) throw failure;
    project.provide("chromiumEndpoint", undefined);
    project.provide("chromiumMissing", failure.message);
    return async () => undefined;
  }
}
