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

/** Runs the command on a real pseudo-terminal of 100 columns, to its end. */
export async function runInTerminal(
  args: readonly string[],
  { env, onScreen }: RunInTerminalOptions = {},
): Promise<TerminalOutcome> {
  const terminal = spawn(process.execPath, [...process.execArgv, cliFile, ...args], {
    name: "xterm-256color",
    cols: 100,
    rows: 30,
    env: { ...ownSettings(), ...env },
  });
  let screen = "";
  terminal.onData((chunk) => {
    screen += chunk;
    onScreen?.(screen, terminal);
  });
  const code = await new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  return { code, screen };
}
