import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** Tells one content from another, fed in chunks of any size. */
export interface ContentDigest {
  update(chunk: Uint8Array): void;
  end(): string;
}

const blockBytes = 1024 * 1024;

/**
 * SHA-256 over the CRC-32 of each MiB: five times as fast as SHA-256 over all, which would take as long as the upload. It is for
 * mistakes: one MiB that differs goes unnoticed once in four billion times, and whoever sets out to deceive deceives himself.
 */
export function createContentDigest(): ContentDigest {
  const hash = createHash("sha256");
  let crc = 0;
  let sizeBytes = 0;
  const endBlock = () => {
    hash.update(`${crc} `);
    crc = 0;
  };
  return {
    update(chunk) {
      for (let start = 0; start < chunk.length; ) {
        const part = chunk.subarray(start, start + blockBytes - (sizeBytes % blockBytes));
        crc = crc32(part, crc);
        sizeBytes += part.length;
        start += part.length;
        if (sizeBytes % blockBytes === 0) endBlock();
      }
    },
    end() {
      endBlock();
      return hash.update(String(sizeBytes)).digest("hex");
    },
  };
}
