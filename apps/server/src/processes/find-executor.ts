import { createRequire } from "node:module";
import { findProgram } from "@oomol/connect-shared/find-program";

/** A program and the arguments that come before the protocol's own. */
export interface ExecutorCommand {
  file: string;
  args: readonly string[];
}

/**
 * The engine's rule: the executor `NAME` is the program `NAME-executor` on `PATH`. Ours for `nodejs` is built in.
 * Throws an error that says what to install.
 */
export async function findExecutor(
  name: string,
  path: string = process.env.PATH ?? "",
): Promise<ExecutorCommand> {
  if (name === "nodejs") {
    const program = createRequire(import.meta.url).resolve("@oomol/scriptlet/nodejs-executor");
    return { file: process.execPath, args: [...inheritedArguments(process.execArgv), program] };
  }
  if (name === "connector") {
    throw new Error(
      "This block calls a service through OOMOL's connector, which runs inside of their engine with the account of a user who has connected the service: run it there.",
    );
  }
  if (name === "rust") {
    throw new Error(
      "This block has the executor rust, which is no program of its own: the engine OOCANA runs such blocks itself. Make the block a node of a flow, and run that.",
    );
  }
  const program = `${name}-executor`;
  const file = await findProgram(program, path);
  if (file !== undefined) return { file, args: [] };
  const how = name === "python" ? " (pip install oocana-python-executor)" : "";
  throw new Error(
    `Failed to spawn ${program}. There is no such program on the PATH; install it${how} and run the block again.`,
  );
}

/** What an executor must know to resolve modules as the server does; never its inspector, test runner or watcher. */
export function inheritedArguments(execArgv: readonly string[]): string[] {
  return execArgv.flatMap((argument, index) => {
    const isSeparate = argument === "--conditions" || argument === "-C";
    if (isSeparate) return execArgv.slice(index, index + 2);
    return /^(--conditions=|-C=|--enable-source-maps$|--(no-)?experimental-strip-types$)/.test(argument)
      ? [argument]
      : [];
  });
}
