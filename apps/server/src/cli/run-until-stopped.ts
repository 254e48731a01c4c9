import { messageOf } from "../values.ts";

interface Running {
  url: string | undefined;
  playgroundUrl?: string | undefined;
  close(): Promise<void>;
}

/**
 * Runs what `start` opens until a signal comes or the parent process goes. Says where it listens to people, after `sentence`,
 * or without one to programs, as JSON, and to a parent with an IPC channel; where it does not start, ends the program with 1 and the reason on stderr.
 */
export async function runUntilStopped(
  sentence: string | undefined,
  start: () => Promise<Running>,
): Promise<void> {
  // A parent that died took the other end of the pipes with it.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    const starting = start();
    // From the start: queued tasks of an earlier run may have executors before this resolves.
    stopOnSignals(async () => (await starting).close());
    const { url, playgroundUrl } = await starting;
    process.stdout.write(announcement(sentence, url, playgroundUrl));
    // The callback takes the error where the parent has gone; `disconnect` follows then.
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

function stopOnSignals(close: () => Promise<void>): void {
  const stop = () => {
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${messageOf(error)}\n`);
        process.exit(1);
      },
    );
  };
  // A block may send it: Node would open a debugger then, to everyone on this machine.
  if (process.platform !== "win32") process.on("SIGUSR1", () => undefined);
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("disconnect", stop); // the parent is gone
}
