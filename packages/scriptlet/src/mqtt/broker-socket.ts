import { connect, type Socket } from "node:net";
import { createPacketReader, type OnPacket } from "./packet-reader.ts";
import { encodeConnect, packetType, pingreq } from "./packets.ts";

/** The broker drops a client that is silent for one and a half times as long. */
const keepAliveSeconds = 60;

export interface BrokerSocketOptions {
  host: string;
  port: number;
  clientId: string;
  /** From opening the socket to the broker's acceptance. */
  timeoutMs: number;
  onPacket: OnPacket;
  /** Called once, after the connection was made. */
  onLost(): void;
}

/** One connection that the broker has accepted. */
export interface BrokerSocket {
  /** Written together with everything else that this turn of the event loop writes. */
  write(packet: Buffer): void;
  /** Settles when the other side has closed too. */
  end(lastPacket: Buffer): Promise<void>;
}

/** Connects once. Rejects with the socket's error, or with a message for the broker's answer. */
export function openBrokerSocket(options: BrokerSocketOptions): Promise<BrokerSocket> {
  const { host, port, clientId, timeoutMs, onPacket, onLost } = options;
  // Small messages must not wait for delayed acknowledgements.
  const socket = connect({ host, port, noDelay: true });
  readToTheEnd(socket);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));

  return new Promise((resolve, reject) => {
    let isAccepted = false;
    let isAlive = true;
    const deadline = setTimeout(() => socket.destroy(new Error("no answer")), timeoutMs);
    const heartbeat = setInterval(() => {
      if (!isAlive) socket.destroy();
      isAlive = false;
      if (isAccepted) socket.write(pingreq);
    }, keepAliveSeconds * 500);
    heartbeat.unref();

    const read = createPacketReader((type, flags, body) => {
      if (isAccepted) onPacket(type, flags, body);
      else if (type !== packetType.connack || body[1] !== 0) {
        socket.destroy(new Error(`the broker refused the connection with code ${body[1]}`));
      } else {
        isAccepted = true;
        clearTimeout(deadline);
        resolve({ write: createWriter(socket), end });
      }
    });
    socket.on("data", (chunk) => {
      isAlive = true;
      // Always bytes, without an encoding.
      if (typeof chunk === "string") return;
      try {
        read(chunk);
      } catch (error) {
        // The other side does not speak MQTT.
        socket.destroy(error instanceof Error ? error : undefined);
      }
    });
    socket.on("error", reject);
    socket.once("connect", () => socket.write(encodeConnect(clientId, keepAliveSeconds)));
    void closed.then(() => {
      clearTimeout(deadline);
      clearInterval(heartbeat);
      if (isAccepted) onLost();
      else reject(new Error("the broker closed the connection"));
    });
  });

  function end(lastPacket: Buffer): Promise<void> {
    socket.end(lastPacket);
    return closed;
  }
}

/**
 * Node destroys a socket whose write fails, with everything that the other side has sent and nobody has read yet:
 * acknowledgements of messages that would then be sent twice, and messages that count as delivered. So it is destroyed
 * when the event loop has been through its reads once more.
 */
function readToTheEnd(socket: Socket): void {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error?: Error & { syscall?: string }) => {
    if (error?.syscall !== "write") return destroy(error);
    // The first may still come before the reads.
    setImmediate(() => setImmediate(() => destroy(error)));
    return socket;
  };
}

function createWriter(socket: Socket): (packet: Buffer) => void {
  let packets: Buffer[] = [];
  const flush = () => {
    const [first] = packets;
    if (first !== undefined && socket.writable) {
      socket.write(packets.length === 1 ? first : Buffer.concat(packets));
    }
    packets = [];
  };
  return (packet) => {
    if (packets.length === 0) queueMicrotask(flush);
    packets.push(packet);
  };
}
