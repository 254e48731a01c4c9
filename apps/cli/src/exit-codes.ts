/** The exit codes of the command, for scripts. */
export const exitCodes = {
  done: 0,
  taskFailed: 1,
  usage: 2,
  unreachable: 3,
  interrupted: 130,
  unread: 141,
} as const;

/** The command line asks for something impossible. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Ctrl-C. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}
