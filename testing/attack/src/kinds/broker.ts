import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { AttackInput, AttackKind } from "../attack-kind.ts";
import type { Target } from "../target.ts";

/** Ports that the server listens on besides that of its API; none where the system does not tell. */
function brokerPorts({ pid, url }: Target): number[] {
  if (process.platform !== "linux") return [];
  const descriptors = readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${name}`)];
    } catch {
      return []; // closed meanwhile
    }
  });
  const lines = readFileSync(`/proc/${pid}/net/tcp`, "utf8").split("\n").slice(1);
  const listening = lines.map((line) => line.trim().split(/\s+/)).filter((fields) => fields[3] === "0A");
  return listening
    .filter((fields) => descriptors.includes(`socket:[${fields[9]}]`))
    .map((fields) => Number.parseInt(fields[1]?.split(":")[1] ?? "", 16))
    .filter((port) => port !== Number(new URL(url).port));
}

/** An MQTT packet with its length as the protocol writes it. */
function packet(type: number, body: Buffer, claimedLength = body.length): Buffer {
  const length: number[] = [];
  for (let rest = claimedLength; ; rest = Math.floor(rest / 128)) {
    length.push((rest % 128) + (rest >= 128 ? 128 : 0));
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from([type, ...length]), body]);
}

const text = (value: string) =>
  Buffer.concat([Buffer.from([value.length >> 8, value.length & 255]), Buffer.from(value)]);
const hello = (name: string) =>
  packet(0x10, Buffer.concat([text("MQTT"), Buffer.from([4, 2, 0, 60]), text(name)]));
const subscribe = packet(0x82, Buffer.concat([Buffer.from([0, 1]), text("#"), Buffer.from([0])]));
const publish = (topic: string, payload: string) =>
  packet(0x30, Buffer.concat([text(topic), Buffer.from(payload)]));

const connected = (name: string, bytes: Buffer): AttackInput => ({
  name,
  async send(target) {
    for (const port of brokerPorts(target)) {
      const answer = Buffer.from(await target.raw(bytes, { port, quietMs: 1_500 }), "latin1");
      if (answer[0] === 0x20 && answer[3] === 0) return "the broker takes the connection";
    }
    return undefined;
  },
});

const job = JSON.stringify({
  type: "BlockPayload",
  session_id: "none",
  job_id: "none",
  dir: "/nowhere",
  executor: { name: "nodejs" },
});

/** From a process that the server has not started. Nothing that is sent would run anything. */
export const broker: AttackKind = {
  name: "MQTT without rights",
  inputs: [
    connected("a connection", hello("attack")),
    connected("one that listens to all", Buffer.concat([hello("attack-2"), subscribe])),
    connected(
      "a job for no session",
      Buffer.concat([hello("attack-3"), publish("executor/nodejs/run_block", job)]),
    ),
    connected(
      "a forged end",
      Buffer.concat([hello("attack-4"), publish("report", '{"type":"SessionFinished","session_id":"none"}')]),
    ),
    connected("no protocol of ours", Buffer.from("GET / HTTP/1.1\r\n\r\n")),
    connected("a name of 60,000 characters", hello("x".repeat(60_000))),
    {
      name: "60 packets of 64 MB without an end",
      async send(target, signal) {
        const ports = brokerPorts(target);
        const bytes = Buffer.concat([hello("attack-5"), packet(0x30, Buffer.alloc(20_000_000), 64_000_000)]);
        const sockets = ports.flatMap((port) =>
          Array.from({ length: 60 }, () => {
            const socket = connect(port, "127.0.0.1");
            socket.on("error", () => undefined);
            socket.write(bytes);
            return socket;
          }),
        );
        await delay(4_000, undefined, { signal }).catch(() => undefined);
        for (const socket of sockets) socket.destroy();
        return undefined;
      },
    },
  ],
};
