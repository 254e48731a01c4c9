import { BrokerUnreachableError } from "./errors/broker-unreachable-error.ts";
import { MainframeClosedError } from "./errors/mainframe-closed-error.ts";
import type { Mainframe } from "./mainframe.ts";
import { type BrokerSocket, openBrokerSocket } from "./mqtt/broker-socket.ts";
import * as packets from "./mqtt/packets.ts";
import { createSendWindow } from "./send-window.ts";
import { createSubscriptions } from "./subscriptions.ts";

/** Brokers hold a limited number of a client's unacknowledged messages. */
const maxInFlight = 1000;
const reconnectDelayMs = 100;

export interface MqttMainframeOptions {
  /** `host:port`, no scheme (oocana-protocol 1.2); a leading `mqtt://` is accepted. */
  address: string;
  /** Unique on the broker: a second client with the same name disconnects the first. */
  clientId: string;
  /** How long the first connection may take, in milliseconds. Default 4500: the engine waits 5 s for readiness. */
  connectTimeoutMs?: number;
  /** Called when the broker is lost and when it is back. */
  onConnectionChange?: (isConnected: boolean) => void;
  /**
   * Awaited on each connection but the first, with all topics joined, before anything waiting is sent: a broker also
   * acknowledges messages without listeners. `publish` sends past the waiting messages, once, unacknowledged.
   */
  beforeResending?: (publish: (topic: string, payload: string) => void) => Promise<void>;
}

/** A message that waits for the broker's acknowledgement; it is sent again if the broker was lost before. */
interface InFlight {
  encode(id: number, isDuplicate: boolean): Buffer;
  /** Whether it went out on some connection. */
  wasWritten: boolean;
  done(error?: Error): void;
}

/**
 * Connects to the engine's broker: MQTT 3.1.1, clean session, QoS 1 (oocana-protocol 2). Messages that were not acknowledged when
 * the broker was lost are sent again, in order, when it is back; what a broker that was killed had acknowledged and not yet
 * given on is lost with it, since without a clean end nothing tells it from the rest. A client of our own: mqtt.js takes longer
 * to load than everything else that an executor does before it is ready.
 *
 * @throws {@link BrokerUnreachableError} if the first connection is not made in time.
 */
export async function openMqttMainframe(options: MqttMainframeOptions): Promise<Mainframe> {
  const { address, clientId, connectTimeoutMs = 4500, onConnectionChange, beforeResending } = options;
  const server = parseAddress(address);
  const inFlight = new Map<number, InFlight>();
  /** Topics that the broker has acknowledged, to be joined again on a new connection. */
  const joined = new Set<string>();
  const leavings = new Map<string, Promise<unknown>>();
  let socket: BrokerSocket | undefined;
  /** Whether messages leave at once. */
  let isSending = false;
  let hasConnected = false;
  let lastId = 0;
  let closing: Promise<void> | undefined;

  const subscriptions = createSubscriptions(join, leave);
  const sending = createSendWindow(maxInFlight, (topic, payload, done) => {
    const encode = (id: number, isDuplicate: boolean) =>
      packets.encodePublish(topic, payload, id, isDuplicate);
    send({
      encode,
      wasWritten: false,
      done: (error) => done(error && new MainframeClosedError(topic, { cause: error })),
    });
  });
  await openSocket().catch((error: Error & { code?: unknown }) => {
    throw new BrokerUnreachableError(address, error.message || String(error.code));
  });

  return {
    publish(topic, payload) {
      if (closing !== undefined) return Promise.reject(new MainframeClosedError(topic));
      return sending.send(topic, payload);
    },
    async subscribe(topic, listener) {
      if (closing !== undefined) throw new MainframeClosedError(topic);
      return subscriptions.add(topic, listener);
    },
    close() {
      closing ??= (async () => {
        await sending.drained();
        await socket?.end(packets.disconnect);
      })();
      return closing;
    },
  };

  async function openSocket(): Promise<void> {
    const timeoutMs = connectTimeoutMs;
    const opened = await openBrokerSocket({ ...server, clientId, timeoutMs, onPacket, onLost });
    if (isOver()) return void opened.end(packets.disconnect);
    socket = opened;
    onConnectionChange?.(true);
    if (hasConnected) await rejoin(opened);
    hasConnected = true;
    // It may have been lost again meanwhile.
    if (socket !== opened) return;
    isSending = true;
    for (const [id, item] of inFlight) write(id, item);
  }

  async function rejoin(opened: BrokerSocket): Promise<void> {
    for (const topic of joined) opened.write(packets.encodeSubscribe(topic, nextId()));
    await beforeResending?.((topic, payload) =>
      opened.write(packets.encodePublish(topic, payload, nextId(), false)),
    );
  }

  function onLost(): void {
    socket = undefined;
    isSending = false;
    // A requested end is not a loss.
    if (isOver()) return;
    onConnectionChange?.(false);
    reconnect();
  }

  function reconnect(): void {
    if (!isOver()) setTimeout(() => openSocket().catch(reconnect), reconnectDelayMs);
  }

  function isOver(): boolean {
    return closing !== undefined && inFlight.size === 0;
  }

  function onPacket(type: number, flags: number, body: Buffer): void {
    if (type === packets.packetType.publish) {
      const { topic, payload, id } = packets.decodePublish(flags, body);
      subscriptions.deliver(topic, payload);
      if (id !== undefined) socket?.write(packets.encodePuback(id));
    } else if (isAcknowledgement(type)) {
      const id = body.readUInt16BE(0);
      const acknowledged = inFlight.get(id);
      inFlight.delete(id);
      acknowledged?.done();
    }
  }

  function send(item: InFlight): void {
    const id = nextId();
    inFlight.set(id, item);
    // Otherwise it leaves with the next connection.
    if (isSending) write(id, item);
  }

  function nextId(): number {
    do lastId = (lastId % 0xffff) + 1;
    while (inFlight.has(lastId));
    return lastId;
  }

  function write(id: number, item: InFlight): void {
    socket?.write(item.encode(id, item.wasWritten));
    item.wasWritten = true;
  }

  /** Brokers may handle a leave and the next join of a topic out of order, so the second waits. */
  function join(topic: string): Promise<unknown> {
    const left = leavings.get(topic);
    const subscribe = () =>
      acknowledged((id) => packets.encodeSubscribe(topic, id)).then(() => joined.add(topic));
    return left === undefined ? subscribe() : left.then(subscribe);
  }

  async function leave(topic: string): Promise<void> {
    if (closing !== undefined) return;
    joined.delete(topic);
    const left = acknowledged((id) => packets.encodeUnsubscribe(topic, id));
    leavings.set(topic, left);
    await left;
    if (leavings.get(topic) === left) leavings.delete(topic);
  }

  function acknowledged(encode: InFlight["encode"]): Promise<void> {
    return new Promise((resolve) => send({ encode, wasWritten: false, done: () => resolve() }));
  }
}

function isAcknowledgement(type: number): boolean {
  const { puback, suback, unsuback } = packets.packetType;
  return type === puback || type === suback || type === unsuback;
}

function parseAddress(address: string): { host: string; port: number } {
  const url = URL.parse(address.includes("://") ? address : `mqtt://${address}`);
  if (url === null || url.hostname === "") throw new BrokerUnreachableError(address, "this is not host:port");
  // Brackets of an IPv6 address belong to the URL only.
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 1883) };
}
