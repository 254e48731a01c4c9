import { createServer, type Socket } from "node:net";
import { Aedes } from "aedes";
import type { Logger } from "pino";

/** The MQTT broker inside the server: executors connect to `address`, the engine publishes and listens in process. */
export interface Broker {
  /** `127.0.0.1:PORT`, the form that executors take. */
  readonly address: string;
  /** Sends one message as JSON to every subscriber of the topic. */
  publish(topic: string, message: object): void;
  /** Calls `listener` with each message on the topic, parsed, in order; the answer ends the subscription. */
  subscribe(topic: string, listener: MessageListener): () => void;
  /** Calls `listener` whenever a client has subscribed to the topic; the answer ends this. */
  onSubscribed(topic: string, listener: () => void): () => void;
  /** Disconnects every client and stops listening. */
  close(): Promise<void>;
}

type MessageListener = (message: unknown) => void;

/** Opens a broker on a free port of the loopback interface. */
export async function openBroker(log: Logger): Promise<Broker> {
  const aedes = await Aedes.createBroker();
  aedes.setMaxListeners(0); // one for each job that an executor has not taken yet
  aedes.on("clientError", (client, error) => log.debug({ client: client.id, error }, "MQTT client failed"));
  aedes.on("connectionError", (client, error) =>
    log.debug({ client: client.id, error }, "MQTT connection failed"),
  );

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.setNoDelay(true); // Nagle costs 40 ms a hop
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    aedes.handle(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The MQTT broker has no TCP port.");

  const topics = new Map<string, Set<MessageListener>>();
  const deliver = (packet: { topic: string; payload: Buffer | string }, done: () => void) => {
    const message = parse(packet.payload, packet.topic, log);
    for (const listener of [...(topics.get(packet.topic) ?? [])]) {
      if (message !== undefined) listener(message);
    }
    done();
  };

  return {
    address: `127.0.0.1:${bound.port}`,
    publish(topic, message) {
      const packet = {
        cmd: "publish",
        topic,
        payload: JSON.stringify(message),
        qos: 1,
        retain: false,
        dup: false,
      } as const;
      aedes.publish(packet, (error) => error && log.warn({ topic, error }, "MQTT publish failed"));
    },
    subscribe(topic, listener) {
      const listeners = topics.get(topic) ?? new Set();
      // One broker subscription per topic, so that a message is parsed once.
      if (!topics.has(topic)) aedes.subscribe(topic, deliver, () => undefined);
      topics.set(topic, listeners.add(listener));
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        topics.delete(topic);
        aedes.unsubscribe(topic, deliver, () => undefined);
      };
    },
    onSubscribed(topic, listener) {
      const hear = (subscriptions: { topic: string }[]) => {
        if (subscriptions.some((one) => one.topic === topic)) listener();
      };
      aedes.on("subscribe", hear);
      return () => aedes.off("subscribe", hear);
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** As the engine does: what cannot be read is logged and dropped. */
function parse(payload: Buffer | string, topic: string, log: Logger): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    log.warn({ topic }, "dropped a message that is not JSON");
    return undefined;
  }
}
