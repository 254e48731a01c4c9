import { Interruption } from "./exit-codes.ts";

/** A signal that Ctrl-C aborts, with a reason that says what follows; a second Ctrl-C ends the process at once, as without us. */
export function onInterrupt(
  message = "Interrupted; the task is being stopped.",
): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new Interruption(message));
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      process.removeListener("SIGINT", interrupt);
      process.removeListener("SIGTERM", interrupt);
    },
  };
}
