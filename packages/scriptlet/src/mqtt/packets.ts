/** Packet types of MQTT 3.1.1, as far as QoS 1 without wills and passwords needs them. */
export const packetType = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
} as const;

const cleanSession = 0x02;
const protocolLevel = 4;

/** Asks for a clean session, anonymously. */
export function encodeConnect(clientId: string, keepAliveSeconds: number): Buffer {
  const head = Buffer.from([0, 4, ...Buffer.from("MQTT"), protocolLevel, cleanSession]);
  return packet(packetType.connect, 0, [head, uint16(keepAliveSeconds), text(clientId)]);
}

/** With QoS 1, not retained. `isDuplicate` if it may have arrived before. */
export function encodePublish(topic: string, payload: string, id: number, isDuplicate: boolean): Buffer {
  const topicBytes = Buffer.byteLength(topic);
  const bodyBytes = 2 + topicBytes + 2 + Buffer.byteLength(payload);
  const length = encodeLength(bodyBytes);
  const bytes = Buffer.allocUnsafe(1 + length.length + bodyBytes);
  bytes[0] = (packetType.publish << 4) | (isDuplicate ? 0b1010 : 0b0010);
  length.copy(bytes, 1);
  let offset = bytes.writeUInt16BE(topicBytes, 1 + length.length);
  offset += bytes.write(topic, offset);
  offset = bytes.writeUInt16BE(id, offset);
  bytes.write(payload, offset);
  return bytes;
}

/** For QoS 1. */
export function encodeSubscribe(topic: string, id: number): Buffer {
  return packet(packetType.subscribe, 0b0010, [uint16(id), text(topic), Buffer.from([1])]);
}

export function encodeUnsubscribe(topic: string, id: number): Buffer {
  return packet(packetType.unsubscribe, 0b0010, [uint16(id), text(topic)]);
}

export function encodePuback(id: number): Buffer {
  return packet(packetType.puback, 0, [uint16(id)]);
}

export const pingreq = Buffer.from([packetType.pingreq << 4, 0]);
export const disconnect = Buffer.from([packetType.disconnect << 4, 0]);

/** A message as it arrived; `id` only if it needs an acknowledgement. */
export function decodePublish(flags: number, body: Buffer): { topic: string; payload: string; id?: number } {
  const topicEnd = 2 + body.readUInt16BE(0);
  const topic = body.toString("utf8", 2, topicEnd);
  if ((flags & 0b0110) === 0) return { topic, payload: body.toString("utf8", topicEnd) };
  return { topic, payload: body.toString("utf8", topicEnd + 2), id: body.readUInt16BE(topicEnd) };
}

function packet(type: number, flags: number, parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([(type << 4) | flags]), encodeLength(body.length), body]);
}

/** Seven bits per byte, lowest first. */
function encodeLength(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return Buffer.from(bytes);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint16(bytes.length), bytes]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
