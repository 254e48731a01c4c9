import { Agent, get } from "node:http";
import { parentPort, workerData } from "node:worker_threads";

const pauseMs = 10;
const patienceMs = 30_000;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const { origin } = workerData as { origin: string };
let longestMs = 0;
let failures = 0;
let startedMs: number | undefined;

const ask = () =>
  new Promise<void>((resolve) => {
    startedMs = performance.now();
    const end = (isAnswered: boolean) => {
      if (startedMs === undefined) return;
      longestMs = Math.max(longestMs, performance.now() - startedMs);
      if (!isAnswered) failures += 1;
      startedMs = undefined;
      resolve();
    };
    const request = get(`${origin}/healthz`, { agent, timeout: patienceMs }, (response) => {
      response.resume();
      response.once("end", () => end(response.statusCode === 200));
      response.once("error", () => end(false));
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => end(false));
  });

parentPort?.on("message", () => {
  // One that is under way counts as far as it has come.
  const soFarMs = startedMs === undefined ? 0 : performance.now() - startedMs;
  parentPort?.postMessage({ longestMs: Math.max(longestMs, soFarMs), failures });
  longestMs = 0;
  failures = 0;
});

await ask(); // the first opens the connection
longestMs = 0;
parentPort?.postMessage("ready");
while (true) {
  await ask();
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
}
