import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import mqtt from "mqtt";

const echo = `import mqtt from ${JSON.stringify(import.meta.resolve("mqtt"))};
  const client = await mqtt.connectAsync(process.argv[1], { protocolVersion: 4 });
  client.stream.setNoDelay(true);
  client.on("message", (_, payload) => client.publish("pong", payload, { qos: 1 }));
  await client.subscribeAsync("ping", { qos: 1 });
  console.log("ready");`;

/** Messages there and back by bare `mqtt` on both sides, the other side in a process of its own. */
export async function openRoundTrips(address: string) {
  const url = `mqtt://${address}`;
  const other = spawn(process.execPath, ["--input-type=module", "-e", echo, url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(other, "exit");
  await once(other.stdout, "data");
  const client = await mqtt.connectAsync(url, { protocolVersion: 4 });
  (client.stream as Socket).setNoDelay(true);
  await client.subscribeAsync("pong", { qos: 1 });
  return {
    /** Milliseconds of one round trip. */
    async takeMs(): Promise<number> {
      const start = performance.now();
      const answered = new Promise<void>((resolve) => client.once("message", () => resolve()));
      client.publish("ping", "{}", { qos: 1 });
      await answered;
      return performance.now() - start;
    },
    async [Symbol.asyncDispose]() {
      await client.endAsync();
      other.kill();
      await exited;
    },
  };
}
