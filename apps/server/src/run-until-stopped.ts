import { messageOf } from "./values.ts";

interface Running {
  url: string | undefined;
  playgroundUrl?: string | undefined;
  close(): Promise<void>;
}

/**
 * Runs what `start` opens until a signal comes or the parent process goes. Says where it listens to people, after `sentence`,
 * and to a parent with an IPC channel; where it does not start, ends the program with 1 and the reason on stderr.
 */
export async function runUntilStopped(sentence: string, start: () => Promise<Running>): Promise<void> {
  // A parent that died took the other end of the pipes with it.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    const starting = start();
    // From the start: queued tasks of an earlier run may have executors before this resolves.
    stopOnSignals(async () => (await starting).close());
    const { url, playgroundUrl } = await starting;
    process.stdout.write(`${url === undefined ? sentence : `${sentence} ${url}`}\n`);
    if (playgroundUrl) process.stdout.write(`Playground: ${playgroundUrl}\n`);
    // The callback takes the error where the parent has gone; `disconnect` follows then.
    process.send?.({ type: "ready", url, playgroundUrl }, undefined, undefined, () => undefined);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  }
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
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("disconnect", stop); // the parent is gone
}
