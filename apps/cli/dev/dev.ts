// `pnpm dev`: the server on our own blocks, restarted when its sources change, and the playground with hot reload.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const port = await freePort(3000);
const watched = ["apps/server/src", "packages/core/src", "packages/scriptlet/src"].map(
  (path) => `--watch-path=${path}`,
);
const serverFlags = ["--packages", "apps/blocks", "--port", String(port)];

// Scripts want the server's own address, which is another where the port is taken.
process.stdout.write(`Connect server: http://localhost:${port}/api\n`);
const children = [
  start(process.execPath, [
    "--conditions=@oomol/source",
    "--watch-preserve-output",
    ...watched,
    "apps/server/src/cli.ts",
    ...serverFlags,
  ]),
  start(process.execPath, ["node_modules/vite/bin/vite.js", "--clearScreen=false"], "apps/playground"),
];

function start(command: string, args: string[], directory = ""): ChildProcess {
  const env = { ...process.env, OOMOL_CONNECT_BASE_URL: `http://localhost:${port}` };
  // One address to open in a browser, the playground's: it hands /api on.
  const stdout = directory === "" ? "ignore" : "inherit";
  return spawn(command, args, { cwd: `${root}${directory}`, env, stdio: ["ignore", stdout, "inherit"] });
}

/** The port that people expect, or any other where it is taken. */
async function freePort(wanted: number): Promise<number> {
  const probe = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(wanted, "127.0.0.1", () => resolve(true));
  });
  if (!isFree) return freePort(0);
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address !== null ? address.port : wanted;
}

const stop = () => {
  for (const child of children) child.kill("SIGTERM");
};
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
// Neither is of use without the other.
await Promise.race(children.map((child) => once(child, "exit")));
stop();
await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, "exit")));
