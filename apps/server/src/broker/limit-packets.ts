import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { createHold } from "./hold.ts";

/** The header of an MQTT packet says how long its rest is, in at most four bytes of seven bits (MQTT 3.1.1, 2.2.3). */
const maxLengthBytes = 4;

/** `hold` leaves what the peer sends where it is, and so keeps it from sending more. */
type LimitedStream = Duplex & { hold(until: Promise<void>): void };

/**
 * The same connection, which ends before a packet larger than `maxBytes` is kept: the parser behind it collects a packet
 * whole, whatever its size.
 */
export function limitPackets(socket: Socket, maxBytes: number): LimitedStream {
  const check = createPacketCheck(maxBytes);
  let isHeld = false;
  const limited = new Duplex({
    read: () => {
      if (!isHeld) socket.resume();
    },
    write: (chunk, _encoding, done) => socket.write(chunk, done),
    final: (done) => socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (chunk: Buffer) => {
    if (!check(chunk)) limited.destroy(new Error(`an MQTT packet has more than ${maxBytes} bytes`));
    else if (!limited.push(chunk)) socket.pause();
  });
  socket.on("end", () => limited.push(null));
  socket.on("error", (error) => limited.destroy(error));
  socket.on("close", () => limited.destroy());
  const hold = createHold({
    pause() {
      isHeld = true;
      socket.pause();
    },
    resume() {
      isHeld = false;
      socket.resume();
    },
  });
  return Object.assign(limited, { hold });
}

/** Follows the stream from header to header; false once a packet says that it is too large, or is none. */
function createPacketCheck(maxBytes: number): (chunk: Buffer) => boolean {
  let left = 0;
  let lengthBytes = -1; // before the first byte of a packet
  return (chunk) => {
    let index = 0;
    while (index < chunk.length) {
      if (lengthBytes < 0 && left > 0) {
        const taken = Math.min(left, chunk.length - index);
        left -= taken;
        index += taken;
        continue;
      }
      const byte = chunk[index] ?? 0;
      index += 1;
      if (lengthBytes < 0) {
        lengthBytes = 0;
        continue;
      }
      left += (byte & 0x7f) * 128 ** lengthBytes;
      lengthBytes += 1;
      if (left > maxBytes || (byte >= 0x80 && lengthBytes === maxLengthBytes)) return false;
      if (byte < 0x80) lengthBytes = -1;
    }
    return true;
  };
}
