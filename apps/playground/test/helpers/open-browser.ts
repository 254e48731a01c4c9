import { type Browser, chromium } from "playwright-core";
import { chromiumLaunchOptions } from "../../../../chromium.shared.ts";

/** A real Chromium, without a window. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch(chromiumLaunchOptions());
}
