import { chromiumLaunchOptions } from "@oomol/test-helpers/chromium-launch-options";
import { type Browser, chromium } from "playwright-core";

/** A real Chromium, without a window. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch(chromiumLaunchOptions());
}
