import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { findOrInstall } from "@oomol/test-helpers/find-or-install";
import { findFreePort } from "./find-free-port.ts";

const mosquitto = {
  names: ["mosquitto"],
  wellKnown: [
    ...["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto"],
    "C:\\Program Files\\mosquitto\\mosquitto.exe",
  ],
  debianPackage: "mosquitto",
  advice:
    "This needs the MQTT broker mosquitto: install it (Debian: apt-get install mosquitto, macOS: brew install mosquitto, Windows: choco install mosquitto).",
};

export interface Mosquitto extends AsyncDisposable {
  address: string;
  /** Ends it with SIGKILL; nothing that it held is kept. */
  kill(): Promise<void>;
  /** Brings a killed one back where it was. */
  start(): Promise<void>;
}

/** A real mosquitto in a process of its own, on a free loopback port. */
export async function openMosquitto(): Promise<Mosquitto> {
  const program = findOrInstall(mosquitto);
  const port = await findFreePort();
  const folder = await createTemporaryFolder();
  const config = folder.file("mosquitto.conf");
  const lines = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "set_tcp_nodelay true",
    // By default it holds back what a subscriber has not acknowledged after 20 messages, and drops after 1000.
    "max_inflight_messages 0",
    "max_queued_messages 0",
    "log_dest stderr",
    "log_type information",
  ];
  await writeFile(config, lines.join("\n"));
  let child: ChildProcess | undefined;

  const start = async () => {
    child = spawn(program, ["-c", config], { stdio: ["ignore", "ignore", "pipe"] });
    await untilRunning(child);
  };
  const kill = async () => {
    if (child === undefined) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    child = undefined;
    await exited;
  };
  await start();
  return {
    address: `127.0.0.1:${port}`,
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function untilRunning(child: ChildProcess): Promise<void> {
  const said: string[] = [];
  // Read to the end, so that it never waits for a full pipe.
  const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => {
      said.push(line);
      if (line.endsWith(" running")) resolve();
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`mosquitto ended with code ${code}: ${said.join("\n")}`)));
  });
}
