import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Target, tokens } from "./target.ts";

const packages = fileURLToPath(new URL("../packages", import.meta.url));

export interface StartedTree {
  target: Target;
  /** Whether its tokens have names and roles; before they had, each was good for everything. */
  hasRoles: boolean;
  hasEnded(): boolean;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** The built server of a tree, on a free port of this machine, with data in `folder`. */
export async function startTree(tree: string, folder: string): Promise<StartedTree> {
  const named = [
    `{ name: ann, token: ${tokens.ann}, roles: [run] }`,
    `{ name: bob, token: ${tokens.bob}, roles: [run] }`,
    `{ name: ops, token: ${tokens.ops}, roles: [admin] }`,
  ];
  const started = await startWith(tree, folder, named);
  if ((await started.target.status("/v1/blocks")) === 200) return { ...started, hasRoles: true };
  await started.stop();
  return { ...(await startWith(tree, folder, Object.values(tokens))), hasRoles: false };
}

async function startWith(tree: string, folder: string, lines: readonly string[]) {
  const tokenFile = join(folder, "tokens");
  await writeFile(tokenFile, lines.join("\n"), { mode: 0o600 });
  const program = join(tree, "apps/server/bin/connect-server.js");
  const flags = [
    "--packages",
    packages,
    "--port",
    "0",
    "--data",
    join(folder, "data"),
    "--token-file",
    tokenFile,
  ];
  const child = spawn(process.execPath, [program, ...flags, "--log-level", "error"], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const { url } = await ready(child, exited);
  let isEnded = false;
  void exited.then(() => {
    isEnded = true;
  });
  return {
    target: new Target(url, child.pid ?? 0),
    hasEnded: () => isEnded,
    async stop(signal: NodeJS.Signals = "SIGTERM") {
      child.kill(signal);
      const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await exited;
      clearTimeout(patience);
    },
  };
}

async function ready(child: ChildProcess, exited: Promise<unknown[]>): Promise<{ url: string }> {
  const first = await Promise.race([once(child, "message"), exited]);
  const [message] = first as [{ url: string } | number];
  if (typeof message !== "object" || message === null) throw new Error(`The server ended with ${message}.`);
  return message;
}
