import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inTurns, type Measurement, medianAndSpread, ratios, round } from "../../../bench/helpers/measure.ts";
import { residentMib } from "../../../bench/helpers/resident-mib.ts";
import { makeDataDirectory } from "../test/open-test-server.ts";
import { startProgram } from "../test/start-program.ts";

const requestsPerRound = 1_000;
const rounds = 5;
const atOnce = 20;

/** `GET /v1/tasks/{id}` beside a bare `node:http` handler that answers the same bytes; what the server holds at rest. */
export async function measure(): Promise<Measurement> {
  await using data = await makeDataDirectory();
  await using program = await startProgram(["--data", data.path, "--spare-executors", "0"], {
    isBuilt: true,
  });
  const restMib = round(residentMib(program.child.pid), 0);
  const id = await program.client.start("lab::shout", { text: "x" });
  await program.client.waitForEnd(id);
  const url = `${program.client.url}/v1/tasks/${id}`;
  const body = await (await fetch(url)).text();
  const bare = createServer((_, response) => {
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => bare.listen(0, "127.0.0.1", resolve));
  const bareUrl = `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`;
  const rates = await inTurns(
    { bare: () => perSecond(bareUrl, body), server: () => perSecond(url, body) },
    { rounds },
  );
  bare.close();
  return {
    title: "GET of a task on the server",
    note: `${rounds} rounds of ${requestsPerRound} in turns, ${atOnce} at once, by bare fetch in this process, which serves the bare handler too; the server is a process of its own, as it is built. At rest it holds ${restMib} MiB.`,
    columns: ["who", "requests/s", "× bare"],
    rows: [
      ["bare node:http", medianAndSpread(rates.bare, 0), 1],
      ["connect-server", medianAndSpread(rates.server, 0), medianAndSpread(ratios(rates.server, rates.bare))],
    ],
  };
}

async function perSecond(url: string, expected: string): Promise<number> {
  let left = requestsPerRound;
  const loop = async () => {
    while (left > 0) {
      left -= 1;
      if ((await (await fetch(url)).text()) !== expected) throw new Error(`another answer from ${url}`);
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: atOnce }, loop));
  return (requestsPerRound * 1_000) / (performance.now() - startedMs);
}
