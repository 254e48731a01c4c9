import { exitCodes, Interruption } from "./exit-codes.ts";
import { onLostOutput } from "./lost-output.ts";

/** What ends a program from outside: Ctrl-C, a supervisor, a terminal that is closed. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * A signal that Ctrl-C aborts, with a reason that tells what follows; a second Ctrl-C ends the process at once. Also aborted if what is
 * printed cannot be written.
 */
export function onInterrupt(
  message = "Interrupted; the task is being stopped.",
): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort(new Interruption(message));
  };
  // Not `once`: the library that restores the cursor at the end (signal-exit) ends the process if nobody else listens.
  for (const ending of endings) process.on(ending, interrupt);
  const stopListening = onLostOutput((lost) => controller.abort(lost));
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      stopListening();
      for (const ending of endings) process.removeListener(ending, interrupt);
    },
  };
}
