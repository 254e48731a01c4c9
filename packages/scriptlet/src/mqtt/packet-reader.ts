/** Receives each whole packet. */
export type OnPacket = (type: number, flags: number, body: Buffer) => void;

/** Cuts a stream of bytes into packets; bytes are joined once for each packet, however many reads it takes. */
export function createPacketReader(onPacket: OnPacket): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let available = 0;
  let needed = 2;

  return (chunk) => {
    chunks.push(chunk);
    available += chunk.length;
    if (available < needed) return;
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (;;) {
      const head = readHead(bytes);
      needed = head === undefined ? bytes.length + 1 : head.size + head.length;
      if (head === undefined || bytes.length < needed) break;
      const type = (bytes[0] ?? 0) >> 4;
      const flags = (bytes[0] ?? 0) & 0x0f;
      onPacket(type, flags, bytes.subarray(head.size, needed));
      bytes = bytes.subarray(needed);
    }
    chunks = bytes.length === 0 ? [] : [bytes];
    available = bytes.length;
  };
}

/** Size of the fixed header and length of what follows; undefined while the header itself is incomplete. */
function readHead(bytes: Buffer): { size: number; length: number } | undefined {
  let length = 0;
  for (let index = 1; index <= 4; index += 1) {
    const byte = bytes[index];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** (index - 1);
    if ((byte & 0x80) === 0) return { size: index + 1, length };
  }
  throw new RangeError("The broker sent a packet whose length has more than four bytes.");
}
