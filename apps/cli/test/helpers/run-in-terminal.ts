import { type IPty, spawn } from "@lydell/node-pty";
import { cliFile, ownSettings } from "./run-program.ts";

/** What came out of a program on a terminal, escape sequences and all. */
export interface TerminalOutcome {
  code: number;
  screen: string;
}

export interface RunInTerminalOptions {
  env?: Record<string, string>;
  /** Called whenever more has come out. */
  onScreen?: (screen: string, terminal: IPty) => void;
}

const endMark = "\x1b_the command has ended\x1b\\";

/**
 * The library closes a terminal 0.2 s after its program has ended, read or not. So this one ends only when the test says so. Ctrl-C
 * goes to the command alone.
 */
const waitForReader = `trap : INT; "$@"; code=$?; printf %s "$END_MARK"; read -r _; exit "$code"`;

/** Runs the command on a real pseudo-terminal of 100 columns, to its end. */
export async function runInTerminal(
  args: readonly string[],
  { env, onScreen }: RunInTerminalOptions = {},
): Promise<TerminalOutcome> {
  const command = [process.execPath, ...process.execArgv, cliFile, ...args];
  const terminal = spawn("/bin/sh", ["-c", waitForReader, "sh", ...command], {
    name: "xterm-256color",
    cols: 100,
    rows: 30,
    env: { ...ownSettings(), ...env, END_MARK: endMark },
  });
  let screen = "";
  terminal.onData((chunk) => {
    screen += chunk;
    if (screen.endsWith(endMark)) terminal.write("\n");
    else onScreen?.(screen, terminal);
  });
  const code = await new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  return { code, screen: screen.slice(0, screen.lastIndexOf(endMark)) };
}
