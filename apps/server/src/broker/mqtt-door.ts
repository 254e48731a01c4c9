import { createServer, type Socket } from "node:net";
import { channelTopics, topics } from "@oomol/scriptlet/wire";
import { Aedes, type AedesPublishPacket, type Client } from "aedes";
import type { Logger } from "pino";
import { limitPackets } from "./limit-packets.ts";
import { peerProcess } from "./peer-process.ts";
import { maxMessageBytes } from "./read-message.ts";
import type { Role } from "./rights.ts";
import type { Member, Room } from "./room.ts";

/** The way in for executors that are not ours, and for the engine of flows: MQTT, on a port of the loopback interface. */
export interface MqttDoor {
  /** `127.0.0.1:PORT`, the form that executors take. */
  readonly address: string;
  /** Lets the processes connect that `admission` names; the answer ends this and what they have opened. */
  admit(admission: Admission): () => void;
  /** Disconnects every client and stops listening. */
  close(): Promise<void>;
}

export interface Admission {
  room: Room;
  /** Those that may connect now. */
  pids(): number[];
  roleOf(pid: number): Role;
}

/** Longest header, topic and message. */
const maxPacketBytes = maxMessageBytes + 64 * 1024;
/** An executor has one connection, and each of its services another. */
const maxConnections = 64;
const connectTimeoutMs = 10_000;

/** Opens the door on a free port. */
export async function openMqttDoor(log: Logger): Promise<MqttDoor> {
  const admissions = new Map<Admission, Set<Socket>>();
  const members = new WeakMap<Client, Member & { room: Room }>();
  const broker = new RoutingBroker({ connectTimeout: connectTimeoutMs, maxClientsIdLength: 1_024 });
  broker.route = ({ topic, payload }, client) => {
    const member = members.get(client);
    if (topic !== channelTopics.span) return member?.room.receive(member, topic, payload);
    member?.room.receiveSpan(payload.toString());
    return undefined;
  };
  await broker.listen();
  broker.on("clientError", (client, error) => log.debug({ client: client.id, error }, "MQTT client failed"));
  broker.on("connectionError", (client, error) =>
    log.debug({ client: client.id, error }, "MQTT connection failed"),
  );
  broker.on("subscribe", (subscriptions, client) => {
    const member = members.get(client);
    for (const { topic } of subscriptions) member?.room.subscribed(member, topic);
  });
  // Before it is told that it is connected: the published executor for Python may note its subscription to `report` too late
  // to ask for it (oocana-protocol 10). Asking again changes nothing.
  broker.on("client", (client) => {
    if (members.get(client)?.role === "executor")
      client.subscribe({ topic: topics.report, qos: 1 }, () => undefined);
  });

  const handle = async (socket: Socket) => {
    // Read by nobody until it is known who it is.
    const found = await findAdmission(socket, admissions);
    const sockets = found && admissions.get(found.admission);
    if (found === undefined || sockets === undefined || sockets.size >= maxConnections) {
      log.warn(
        { port: socket.remotePort },
        "refused an MQTT connection of a process that is no executor of this server",
      );
      socket.destroy();
      return;
    }
    const { room, roleOf } = found.admission;
    sockets.add(socket);
    const stream = limitPackets(socket, maxPacketBytes);
    const client = broker.handle(stream);
    const { pid } = found;
    const member = { room, pid, ...memberOf(client, roleOf(pid)), hold: stream.hold };
    members.set(client, member);
    const leave = room.join(member);
    socket.once("close", () => {
      sockets.delete(socket);
      leave();
    });
  };

  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
    void handle(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The MQTT broker has no TCP port.");

  return {
    address: `127.0.0.1:${bound.port}`,
    admit(admission) {
      admissions.set(admission, new Set());
      return () => {
        for (const socket of admissions.get(admission) ?? []) socket.destroy();
        admissions.delete(admission);
      };
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => broker.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Speaks MQTT with clients; who gets what is decided by rooms, not by the topics of one broker. */
class RoutingBroker extends Aedes {
  /** Answers what to wait for before the next packet of the client, if anything. */
  route: (packet: AedesPublishPacket, client: Client) => Promise<void> | undefined = () => undefined;

  /** Called by aedes for what clients publish, their wills included, and for its own `$SYS` topics. */
  override publish(packet: AedesPublishPacket, ...rest: unknown[]): void {
    const last = rest.at(-1);
    const done = typeof last === "function" ? (last as () => void) : () => undefined;
    const client = rest.length > 1 ? rest[0] : undefined;
    const routing = client ? this.route(packet, client as Client) : undefined;
    // What is acknowledged is handed over after that; the next is handled when it has been taken.
    if (routing === undefined) done();
    else void routing.then(done);
  }
}

function memberOf(client: Client, role: Role): Omit<Member, "hold"> {
  return {
    role,
    // A client that has not been told that it is connected may be sent nothing else.
    hears: (topic) => client.connected && Object.hasOwn(subscriptionsOf(client), topic),
    send(topic, payload) {
      // To acknowledge it would hold back what the client says next, until the kernel acknowledges that (Nagle, 40 ms).
      client.publish({ cmd: "publish", topic, payload, qos: 0, retain: false, dup: false }, () => undefined);
    },
  };
}

/** Not in the types of aedes. */
function subscriptionsOf(client: Client): object {
  return (client as Client & { subscriptions: object }).subscriptions;
}

async function findAdmission(
  socket: Socket,
  admissions: ReadonlyMap<Admission, unknown>,
): Promise<{ admission: Admission; pid: number } | undefined> {
  const pids = () => [...admissions.keys()].flatMap((admission) => admission.pids());
  const pid = await peerProcess(socket, pids);
  if (pid === undefined) return undefined;
  const admission = [...admissions.keys()].find((one) => one.pids().includes(pid));
  return admission && { admission, pid };
}
