import { messageOf } from "../values.ts";

interface Running {
  url: string | undefined;
  playgroundUrl?: string | undefined;
  close(): Promise<void>;
}

/**
 * Runs what `start` opens until a signal comes or the parent process is gone. Prints the address after `sentence`, or as JSON
 * without one, and sends it to a parent with an IPC channel. After the signal it has `graceMs` to close; then the program exits
 * with code 1, whatever it still waits for. If the start fails, the program exits with code 1 and the reason on stderr.
 */
export async function runUntilStopped(
  sentence: string | undefined,
  start: () => Promise<Running>,
  graceMs: number,
): Promise<void> {
  // If the parent has died, the other end of the pipes is gone.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    const starting = start();
    // At once: queued tasks of an earlier run may have executors before this resolves.
    stopOnSignals(async () => (await starting).close(), graceMs);
    const { url, playgroundUrl } = await starting;
    process.stdout.write(announcement(sentence, url, playgroundUrl));
    // The callback takes the error if the parent is gone; `disconnect` then follows.
    process.send?.({ type: "ready", url, playgroundUrl }, undefined, undefined, () => undefined);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  }
}

function announcement(sentence: string | undefined, url?: string, playgroundUrl?: string): string {
  if (sentence === undefined)
    return `${JSON.stringify({ url, playgroundUrl: playgroundUrl ?? null }, null, 2)}\n`;
  const listening = url === undefined ? sentence : `${sentence} ${url}`;
  return `${listening}\n${playgroundUrl ? `Playground: ${playgroundUrl}\n` : ""}`;
}

function stopOnSignals(close: () => Promise<void>, graceMs: number): void {
  const stop = () => {
    setTimeout(() => {
      process.stderr.write(
        `Not everything could be closed within ${graceMs / 1_000} s; the process ends without that.\n`,
      );
      process.exit(1);
    }, graceMs);
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${messageOf(error)}\n`);
        process.exit(1);
      },
    );
  };
  // A block may send it, and Node would then open a debugger to everybody on this machine.
  if (process.platform !== "win32") process.on("SIGUSR1", () => undefined);
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("disconnect", stop); // the parent is gone
}
