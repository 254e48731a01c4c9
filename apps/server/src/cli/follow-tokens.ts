import { closeSync, openSync, unwatchFile, watchFile } from "node:fs";
import type { Logger } from "pino";
import type { KnownToken } from "../http/callers.ts";
import { messageOf } from "../values.ts";
import { readTokens } from "./read-tokens.ts";

/** By name, so that a file counts that takes the place of another; on shared disks, too, where nobody tells of changes. */
const lookMs = 1_000;

/**
 * Reads the tokens again when the file changes, and on SIGHUP, and hands them to `apply`, which throws if they cannot be used. What is
 * wrong with them is logged. Answers what ends it.
 */
export function followTokens(
  file: string,
  apply: (tokens: readonly KnownToken[]) => void,
  log: Logger,
): () => void {
  const hadTerminal = hasTerminal();
  const read = () => {
    try {
      apply(readTokens(file));
      log.info("the tokens were read again");
    } catch (error) {
      log.error(
        { error: messageOf(error) },
        "the tokens could not be read again: those that were read before still count",
      );
    }
  };
  const onHangUp = () => {
    // The terminal was closed, and the server goes with it.
    if (hadTerminal && !hasTerminal()) process.kill(process.pid, "SIGTERM");
    else read();
  };
  watchFile(file, { interval: lookMs, persistent: false }, read);
  if (process.platform !== "win32") process.on("SIGHUP", onHangUp);
  return () => {
    unwatchFile(file, read);
    process.off("SIGHUP", onHangUp);
  };
}

/** Whether the system says that this process belongs to a terminal. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
