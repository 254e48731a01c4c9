import { connect as connectSocket } from "node:net";
// The client alone: the package as a whole also loads WebSockets and proxies.
import clientModule from "mqtt/lib/client";
import { BrokerUnreachableError } from "./errors/broker-unreachable-error.ts";
import { MainframeClosedError } from "./errors/mainframe-closed-error.ts";
import type { Mainframe, Unsubscribe } from "./mainframe.ts";
import { createSendWindow } from "./send-window.ts";

// CommonJS seen from an ES module.
const { default: MqttClient } = clientModule;
type MqttClient = InstanceType<typeof MqttClient>;

/** MQTT has 65535 packet ids, and the client hangs when they run out. */
const maxInFlight = 1000;

export interface MqttMainframeOptions {
  /** `host:port`, no scheme (section 1.2); `mqtt://` in front is forgiven. */
  address: string;
  /** Unique on the broker: a second client of the same name throws the first one out. */
  clientId: string;
  /** How long the first connection may take, in milliseconds. Default 4500: the engine waits 5 s for readiness. */
  connectTimeoutMs?: number;
  /** Told when the broker is lost and when it is back. */
  onConnectionChange?: (isConnected: boolean) => void;
}

/**
 * Connects to the engine's broker: MQTT 3.1.1, clean session, QoS 1 (section 2). What was not acknowledged when the
 * broker is lost is sent again when it is back.
 *
 * @throws {BrokerUnreachableError} when the first connection does not come about in time.
 */
export async function openMqttMainframe(options: MqttMainframeOptions): Promise<Mainframe> {
  const client = await connectClient(options);
  client.on("connect", () => options.onConnectionChange?.(true));
  client.on("close", () => options.onConnectionChange?.(false));
  // Reconnecting is the client's own affair; an unheard error would end the process.
  client.on("error", () => undefined);

  const topicsHeard = new Map<string, Topic>();
  client.on("message", (topic, payload) => {
    const heard = topicsHeard.get(topic);
    if (heard === undefined) return;
    const text = payload.toString();
    for (const listener of [...heard.listeners]) listener(text);
  });

  const leavings = new Map<string, Promise<unknown>>();
  const sending = createSendWindow(maxInFlight, (topic, payload, done) => {
    client.publish(topic, payload, { qos: 1 }, (error) => {
      done(error ? new MainframeClosedError(topic, { cause: error }) : undefined);
    });
  });
  let closing: Promise<void> | undefined;

  return {
    publish(topic, payload) {
      if (closing !== undefined) return Promise.reject(new MainframeClosedError(topic));
      return sending.send(topic, payload);
    },

    async subscribe(topic, listener): Promise<Unsubscribe> {
      if (closing !== undefined) throw new MainframeClosedError(topic);
      // Its own function: the same listener may be given twice.
      const own = (payload: string) => listener(payload);
      let heard = topicsHeard.get(topic);
      if (heard === undefined) {
        heard = { listeners: new Set(), acknowledged: join(topic) };
        topicsHeard.set(topic, heard);
      }
      heard.listeners.add(own);
      const { listeners } = heard;
      await heard.acknowledged;

      return async () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        topicsHeard.delete(topic);
        if (closing === undefined) await leave(topic);
      };
    },

    close() {
      closing ??= (async () => {
        await sending.drained();
        await client.endAsync();
      })();
      return closing;
    },
  };

  /** Brokers may handle a leave and the next join of a topic out of order, so the second waits. */
  function join(topic: string): Promise<unknown> {
    const left = leavings.get(topic);
    const subscribe = () => client.subscribeAsync(topic, { qos: 1 });
    return left === undefined ? subscribe() : left.then(subscribe);
  }

  async function leave(topic: string): Promise<void> {
    const left = client.unsubscribeAsync(topic).catch(() => undefined);
    leavings.set(topic, left);
    await left;
    if (leavings.get(topic) === left) leavings.delete(topic);
  }
}

interface Topic {
  listeners: Set<(payload: string) => void>;
  acknowledged: Promise<unknown>;
}

function connectClient({
  address,
  clientId,
  connectTimeoutMs = 4500,
}: MqttMainframeOptions): Promise<MqttClient> {
  const { host, port } = parseAddress(address);
  return new Promise((resolve, reject) => {
    // Small messages must not wait for delayed acknowledgements.
    const openSocket = () => connectSocket({ host, port, noDelay: true });
    const client = new MqttClient(openSocket, {
      clientId,
      protocolVersion: 4,
      clean: true,
      keepalive: 60,
      reconnectPeriod: 100,
      connectTimeout: connectTimeoutMs,
      writeCache: false,
    });
    let seen = "no answer";
    const noteError = (error: Error & { code?: unknown }) => {
      seen = error.message || String(error.code);
      // The engine starts after its broker: a refusal will not go away.
      if (error.code === "ECONNREFUSED") giveUp();
    };
    const giveUp = () => {
      clearTimeout(deadline);
      client.end(true);
      reject(new BrokerUnreachableError(address, seen));
    };
    const deadline = setTimeout(giveUp, connectTimeoutMs);
    client.on("error", noteError);
    client.once("connect", () => {
      clearTimeout(deadline);
      client.removeListener("error", noteError);
      resolve(client);
    });
  });
}

function parseAddress(address: string): { host: string; port: number } {
  const url = URL.parse(address.includes("://") ? address : `mqtt://${address}`);
  if (url === null || url.hostname === "") throw new BrokerUnreachableError(address, "this is not host:port");
  // Brackets of an IPv6 address belong to the URL only.
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 1883) };
}
