import { exitCodes, Interruption } from "./exit-codes.ts";
import { onLostOutput } from "./lost-output.ts";

/** What ends a program from outside: Ctrl-C, a supervisor, a terminal that is closed. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * What follows the first within this time is not somebody's second wish: `npx` passes on a Ctrl-C that the terminal has sent to
 * both, and a terminal that is closed hangs up by its shell and by itself.
 */
const togetherMs = 300;

/**
 * A signal that Ctrl-C aborts, with a reason that tells what follows; a second Ctrl-C, 0.3 s later or more, ends the process at once.
 * Also aborted if what is printed cannot be written.
 */
export function onInterrupt(
  message = "Interrupted; the task is being stopped.",
): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  let interruptedMs = -Infinity;
  const interrupt = () => {
    const nowMs = performance.now();
    if (controller.signal.aborted) {
      if (nowMs - interruptedMs >= togetherMs) process.exit(exitCodes.interrupted);
      return;
    }
    interruptedMs = nowMs;
    controller.abort(new Interruption(message));
  };
  // Not `once`: the library that restores the cursor at the end (signal-exit) ends the process if nobody else listens.
  for (const ending of endings) process.on(ending, interrupt);
  const stopListening = onLostOutput((lost) => controller.abort(lost));
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      stopListening();
      // What was interrupted is still being stopped.
      if (interruptedMs > -Infinity) return;
      for (const ending of endings) process.removeListener(ending, interrupt);
    },
  };
}
