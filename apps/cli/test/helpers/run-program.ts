import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export const cliFile = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
export const demoFile = fileURLToPath(new URL("../../demo/demo.ts", import.meta.url));
export const blocksDirectory = fileURLToPath(new URL("../../../blocks", import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs one of our programs from its source, to its end. `onStart` gets the process while it runs. */
export async function runProgram(
  file: string,
  args: readonly string[],
  onStart: (child: ChildProcess) => void = () => undefined,
): Promise<Outcome> {
  const { OOMOL_CONNECT_BASE_URL: _baseUrl, OOMOL_CONNECT_API_TOKEN: _token, ...env } = process.env;
  const child = spawn(process.execPath, [...process.execArgv, file, ...args], {
    env: { ...env, NO_COLOR: "1" },
  });
  onStart(child);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, stdout, stderr };
}

/** Processes of this machine whose command line holds `mark`. */
export function processesWith(mark: string): string[] {
  const lines = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes(mark));
}
