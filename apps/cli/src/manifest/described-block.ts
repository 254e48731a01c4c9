import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { UsageError } from "../exit-codes.ts";
import { ownScriptlet } from "../new/find-scriptlet.ts";
import { ownNodeFlags } from "../own-node-flags.ts";
import type { BlockCode } from "./find-blocks.ts";

/** A handle as the code of a block declares it. */
export interface DescribedHandle {
  handle: string;
  description?: string;
  json_schema?: unknown;
  nullable?: boolean;
  value?: unknown;
}

export interface DescribedBlock {
  inputs_def: readonly DescribedHandle[];
  outputs_def: readonly DescribedHandle[];
}

type Answer = { manifest: DescribedBlock | null } | { problem: string };

/** Far longer than code takes to be loaded. */
const timeoutMs = 60_000;

/**
 * What `defineBlock` says of a block, or null for a block that it did not make. The code is loaded as the executor does, in a
 * process of its own; what it prints goes to stderr.
 *
 * @throws {@link UsageError} if the code cannot be loaded, or takes longer than a minute.
 */
export async function describedBlock({ id, directory, entry, functionName }: BlockCode) {
  const program = createRequire(`${ownScriptlet()}/package.json`).resolve("@oomol/scriptlet/describe-block");
  const args = [directory, entry ?? "", ...(functionName === undefined ? [] : [functionName])];
  const child = spawn(process.execPath, [...ownNodeFlags(), program, ...args], {
    cwd: directory,
    stdio: ["ignore", 2, 2, "ipc"],
    timeout: timeoutMs,
  });
  let answer: Answer | undefined;
  child.on("message", (message: Answer) => {
    answer = message;
  });
  // The channel closes after what was sent over it.
  const [[code, signal]] = await Promise.all([once(child, "exit"), once(child, "disconnect")]);
  if (answer && "manifest" in answer) return answer.manifest;
  const ended = child.killed
    ? "it took longer than a minute"
    : `its process ended with ${signal ?? `code ${code}`}`;
  throw new UsageError(`The code of ${id} cannot be loaded: ${answer?.problem ?? ended}`);
}
