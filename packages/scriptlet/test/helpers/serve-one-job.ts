// Stands in for a server that dies: starts an executor on a channel, gives it the block of a folder, and tells its parent the
// executor's pid once the block is at work.
import { spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { channelAddress, createLineReader, encodeChannelLine } from "../../src/wire/channel.ts";

const [directory = ""] = process.argv.slice(2);
const program = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const own = ["--session-id", "s", "--address", channelAddress, "--session-dir", directory];
const place = ["--tmp-dir", directory, "--identifier", "i", "--package", directory];
const executor = spawn(process.execPath, [...process.execArgv, program, ...own, ...place], {
  stdio: ["ignore", "inherit", "inherit", "pipe"],
  detached: true,
});
const channel = executor.stdio[3] as Duplex;
const send = (topic: string, message: object) =>
  channel.write(encodeChannelLine(topic, JSON.stringify({ session_id: "s", job_id: "j", ...message })));

const read = createLineReader((line) => {
  if (line.includes("BlockProgress")) process.send?.(executor.pid);
  if (!line.includes("ExecutorReady")) return;
  send("executor/nodejs/run_block", {
    type: "BlockPayload",
    identifier: "i",
    dir: directory,
    executor: { name: "nodejs", options: { entry: "main.mjs" } },
  });
  send("inputs/s/j", { type: "BlockInputs", inputs: null, inputs_def: null });
});
channel.on("data", read);
