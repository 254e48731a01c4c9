import { type Browser, chromium } from "playwright-core";
import { inject } from "vitest";
import { MissingProgram } from "./missing-program.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Of the one browser of this run. */
    chromiumEndpoint: string | undefined;
    /** Why there is no browser, if there is none. */
    chromiumMissing: string;
  }
}

/** The run's real Chromium, without a window. Closing it closes what was opened in it by this connection alone. */
export async function connectChromium(): Promise<Browser> {
  const endpoint = inject("chromiumEndpoint");
  if (endpoint === undefined) throw new MissingProgram(inject("chromiumMissing"));
  return chromium.connect(endpoint);
}
