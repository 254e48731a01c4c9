import type { Readable } from "node:stream";
import { joinBytes } from "@oomol/connect-shared/join-bytes";
import { Refusal } from "../refusal.ts";
import { releaseMemory } from "../release-memory.ts";
import type { HeldBytes } from "./bytes-in-flight.ts";

/** The fields of a form that are no files, as they come. */
export interface FieldReceiver {
  /** Reads one to its end; calls `fail` if there are too many, or if they take too much. */
  take(name: string, content: Readable, fail: (error: unknown) => void): void;
  /** Those that are kept, by name, each in memory of its own; of two with one name the last. */
  contents(): Map<string, Uint8Array>;
  /** Frees what they hold. */
  forget(): void;
}

export interface FieldLimits {
  /** Of all of them together, kept or not. */
  limitBytes: number;
  maxFields: number;
  /** Others are read, and forgotten. */
  keptNames: readonly string[];
}

/** Their bytes are held outside of V8's heap, each counted as it comes: what is refused is free again at once. */
export function receiveFields(
  { limitBytes, maxFields, keptNames }: FieldLimits,
  inFlight: HeldBytes,
): FieldReceiver {
  const kept = new Map<string, Buffer[]>();
  let count = 0;
  let sizeBytes = 0;
  return {
    take(name, content, fail) {
      count += 1;
      content.on("error", () => undefined); // of a form that has failed already
      const chunks: Buffer[] = [];
      if (keptNames.includes(name)) kept.set(name, chunks);
      const add = (chunk: Buffer) => {
        sizeBytes += chunk.byteLength;
        if (sizeBytes > limitBytes)
          throw new Refusal(413, `The form's fields are larger than the ${limitBytes} bytes allowed.`);
        if (kept.get(name) !== chunks) return;
        inFlight.add(chunk.byteLength);
        // Not from the pool, and not the chunk itself, which is a part of a larger one.
        const own = Buffer.allocUnsafeSlow(chunk.byteLength);
        own.set(chunk);
        chunks.push(own);
      };
      content.on("data", (chunk: Buffer) => {
        try {
          add(chunk);
        } catch (error) {
          fail(error);
        }
      });
      if (count > maxFields) fail(new Refusal(413, `A form may hold ${maxFields} fields at most.`));
    },
    contents: () => new Map([...kept].map(([name, chunks]) => [name, joinBytes(chunks)])),
    forget() {
      for (const chunks of kept.values()) for (const chunk of chunks.splice(0)) releaseMemory(chunk);
    },
  };
}
