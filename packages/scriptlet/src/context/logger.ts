import type { Logger } from "./context.ts";

/** Formats like `console.log`. */
export type Format = (...parts: unknown[]) => string;

/** The block's levelled log over its log lines. */
export function createLogger(
  log: (text: string, stdio: "stdout" | "stderr") => Promise<void>,
  format: Format,
): Logger {
  return {
    debug: (...parts) => log(format(...parts), "stdout"),
    info: (...parts) => log(format(...parts), "stdout"),
    warn: (...parts) => log(format(...parts), "stderr"),
    error: (...parts) => log(format(...parts), "stderr"),
  };
}
