import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export const cliFile = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
export const demoFile = fileURLToPath(new URL("../../demo/demo.ts", import.meta.url));
/** Packages of blocks that show what no block of ours does. */
export const fixturesDirectory = fileURLToPath(new URL("../fixtures/packages", import.meta.url));
export const blocksDirectory = fileURLToPath(new URL("../../../blocks", import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunProgramOptions {
  env?: Record<string, string>;
  /** The folder that it runs in; by default that of the tests. */
  cwd?: string;
  /** Gets the process while it runs. */
  onStart?: (child: ChildProcess) => void;
}

/** Runs one of our programs from its source, to its end, without this machine's own settings. */
export async function runProgram(
  file: string,
  args: readonly string[],
  { env, cwd, onStart }: RunProgramOptions = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [...process.execArgv, file, ...args], {
    env: { ...ownSettings(), NO_COLOR: "1", ...env },
    cwd,
  });
  onStart?.(child);
  child.stdin.end();
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, stdout, stderr };
}

/** This environment without the settings of whoever runs the tests. */
export function ownSettings(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(OOMOL_|NO_COLOR$|FORCE_COLOR$|CI$)/.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), OOMOL_CONNECT_CONFIG: "/nowhere/config.json" };
}

/** Processes of this machine whose command line holds `mark`. */
export function processesWith(mark: string): string[] {
  const lines = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes(mark));
}
