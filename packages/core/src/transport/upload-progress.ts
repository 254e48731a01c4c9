import type { Clock } from "../waiting/delay.ts";
import { envelopeBytes } from "./multipart.ts";
import { passing } from "./passing-stream.ts";
import type { Upload, UploadPart } from "./transport.ts";

/** The progress of an upload. All byte counts are of the files alone, without the request's envelope. */
export interface UploadProgress {
  /** `sending` while bytes leave; `accepted` once, at the end, when the server has answered that it accepted them. */
  phase: "sending" | "accepted";
  /** Bytes of all files that have left. Never decreases: while a retry catches up, it stands still. */
  loaded: number;
  /** Bytes of all files; `undefined` while a stream's length is not known. */
  total: number | undefined;
  /** `loaded` of `total`, 0 to 1. */
  fraction: number | undefined;
  /** Over the last few seconds. */
  bytesPerSecond: number | undefined;
  /** The remaining time at that rate, in milliseconds. */
  remainingMs: number | undefined;
  /** The file that is being sent; at the end the last one. */
  file: UploadProgressFile;
}

/** One file of an upload. Sizes are bytes. */
export interface UploadProgressFile {
  /** Its position among the files of the call. */
  index: number;
  name: string;
  /** Bytes of it that have left. */
  loaded: number;
  /** Its length; `undefined` while a stream's is not known. */
  total: number | undefined;
}

/** An upload whose sent bytes are reported. */
export interface TrackedUpload {
  /** The upload to send: the same files; those of unknown length are measured while they are read. */
  upload: Upload;
  /** Bytes of the whole body that have left in this attempt. */
  onBytesSent(sentBytes: number): void;
  /** Reports the end. */
  accepted(): void;
}

/**
 * Turns counts of a request body's bytes into reports about its files, at most twenty a second and one at each file's end. `envelope`
 * holds the bytes before each file; none if files are sent by themselves, one after the other.
 */
export function trackUpload(
  upload: Upload,
  clock: Clock,
  onUploadProgress: (progress: UploadProgress) => void,
  envelope: readonly number[] = envelopeBytes(upload),
): TrackedUpload {
  const sizes = upload.parts.map((part) => part.sizeBytes);
  const rate = new Rate(clock);
  let highest: Position = { index: 0, loaded: 0, fileLoaded: 0 };
  let reportedMs = Number.NEGATIVE_INFINITY;
  const report = (phase: UploadProgress["phase"]) => {
    reportedMs = clock.now();
    onUploadProgress(progressAt(phase, highest, upload.parts, sizes, rate.bytesPerSecond()));
  };
  return {
    upload: { ...upload, parts: upload.parts.map((part, index) => measured(part, index, sizes)) },
    onBytesSent(sentBytes) {
      rate.note(sentBytes);
      const position = positionAt(sentBytes, envelope, sizes);
      if (position.loaded <= highest.loaded) return;
      const isAtEnd = position.fileLoaded === sizes[position.index];
      const isOtherFile = position.index !== highest.index;
      highest = position;
      if (isAtEnd || isOtherFile || clock.now() - reportedMs >= 50) report("sending");
    },
    accepted() {
      const index = sizes.length - 1;
      // Everything has left, even if a stream's last bytes were not yet reported.
      const loaded = total(sizes) ?? highest.loaded;
      highest = { index, loaded, fileLoaded: sizes[index] ?? highest.fileLoaded };
      report("accepted");
    },
  };
}

interface Position {
  index: number;
  loaded: number;
  fileLoaded: number;
}

/** Walks over the body: the bytes before a file, then the file, then the next. */
function positionAt(sentBytes: number, envelope: readonly number[], sizes: (number | undefined)[]): Position {
  const position: Position = { index: 0, loaded: 0, fileLoaded: 0 };
  let leftBytes = sentBytes;
  for (const [index, size] of sizes.entries()) {
    leftBytes -= envelope[index] ?? 0;
    if (leftBytes <= 0) break;
    position.index = index;
    position.fileLoaded = Math.min(leftBytes, size ?? leftBytes);
    position.loaded += position.fileLoaded;
    leftBytes -= position.fileLoaded;
  }
  return position;
}

function progressAt(
  phase: UploadProgress["phase"],
  { index, loaded, fileLoaded }: Position,
  parts: readonly UploadPart[],
  sizes: (number | undefined)[],
  bytesPerSecond: number | undefined,
): UploadProgress {
  const totalBytes = phase === "accepted" ? loaded : total(sizes);
  const leftBytes = totalBytes === undefined ? undefined : totalBytes - loaded;
  return {
    phase,
    loaded,
    total: totalBytes,
    // An empty upload is complete.
    fraction: totalBytes === undefined ? undefined : totalBytes === 0 ? 1 : loaded / totalBytes,
    bytesPerSecond,
    remainingMs:
      leftBytes === 0 ? 0 : leftBytes && bytesPerSecond ? (leftBytes / bytesPerSecond) * 1_000 : undefined,
    file: { index, name: parts[index]?.name ?? "", loaded: fileLoaded, total: sizes[index] },
  };
}

function total(sizes: (number | undefined)[]): number | undefined {
  return sizes.reduce((sum, size) => (sum === undefined || size === undefined ? undefined : sum + size), 0);
}

/** A part whose length is known once it has been read. */
function measured(part: UploadPart, index: number, sizes: (number | undefined)[]): UploadPart {
  if (part.sizeBytes !== undefined) return part;
  const open = async () => {
    let readBytes = 0;
    return passing(await part.open(), {
      onChunk(chunk) {
        readBytes += chunk.byteLength;
      },
      onEnd() {
        sizes[index] = readBytes;
      },
    });
  };
  return { ...part, open };
}

const rateWindowMs = 5_000;

/** Bytes per second over the last seconds of the current attempt. */
class Rate {
  readonly #clock: Clock;
  #samples: { atMs: number; sentBytes: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(sentBytes: number): void {
    const atMs = this.#clock.now();
    const last = this.#samples.at(-1);
    // Another attempt starts anew.
    if (last && sentBytes < last.sentBytes) this.#samples = [];
    const before = this.#samples.at(-2);
    // Samples closer than a hundredth of the window add nothing.
    if (before && last && last.atMs - before.atMs < rateWindowMs / 100) this.#samples.pop();
    this.#samples.push({ atMs, sentBytes });
    while (this.#samples.length > 2 && atMs - (this.#samples[0]?.atMs ?? atMs) > rateWindowMs)
      this.#samples.shift();
  }

  bytesPerSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.atMs <= first.atMs) return undefined;
    return ((last.sentBytes - first.sentBytes) / (last.atMs - first.atMs)) * 1_000;
  }
}
