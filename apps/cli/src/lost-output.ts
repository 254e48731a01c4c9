import { exitCodes } from "./exit-codes.ts";

/** What was printed could not be written. */
export class LostOutput extends Error {
  override readonly name = "LostOutput";
  readonly exitCode: number;

  constructor({ code, message }: NodeJS.ErrnoException) {
    // Whoever ends a pipe, as `head` does, has what they wanted.
    const isUnread = code === "EPIPE";
    super(isUnread ? "" : `Could not write the output: ${message}.`);
    this.exitCode = isUnread ? exitCodes.unread : exitCodes.taskFailed;
  }
}

const listeners = new Set<(lost: LostOutput) => void>();

/** Calls the listener, instead of ending the program, when what it prints cannot be written. */
export function onLostOutput(listener: (lost: LostOutput) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Ends the program when what it prints cannot be written: quietly if nobody reads it any more. */
export function watchOutput(): void {
  process.stdout.on("error", (failure: NodeJS.ErrnoException) => {
    const lost = new LostOutput(failure);
    for (const listener of listeners) listener(lost);
    if (listeners.size > 0) return;
    if (lost.message !== "") process.stderr.write(`error ${lost.message}\n`);
    process.exit(lost.exitCode);
  });
  // There is nobody left to tell.
  process.stderr.on("error", () => undefined);
}
