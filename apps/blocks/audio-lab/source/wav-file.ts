import { type FileHandle, open } from "node:fs/promises";

const headerBytes = 44;
const mostDataBytes = 0xffff_ffff - headerBytes;

export interface WavSummary {
  durationSeconds: number;
  /** True when no sample differs from zero. */
  isSilent: boolean;
}

/** A WAV file that grows by the sound of other WAV files of one format; holds none of it in memory. */
export class WavFile {
  readonly #handle: FileHandle;
  #header: Buffer | undefined;
  #dataBytes = 0;
  #isSilent = true;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  static async open(path: string): Promise<WavFile> {
    return new WavFile(await open(path, "wx"));
  }

  async append(wav: Uint8Array<ArrayBuffer>): Promise<void> {
    const samples = wav.subarray(headerBytes);
    if (this.#dataBytes + samples.length > mostDataBytes) {
      throw new Error("The text is too long for one WAV file, which ends at 4 GiB: about a day of speech.");
    }
    this.#header ??= Buffer.from(wav.subarray(0, headerBytes));
    this.#isSilent &&= samples.every((byte) => byte === 0);
    await this.#handle.write(samples, 0, samples.length, headerBytes + this.#dataBytes);
    this.#dataBytes += samples.length;
  }

  /** Writes the header, which holds lengths known only now. */
  async finish(): Promise<WavSummary> {
    const header = this.#header ?? Buffer.alloc(headerBytes);
    header.writeUInt32LE(headerBytes - 8 + this.#dataBytes, 4);
    header.writeUInt32LE(this.#dataBytes, 40);
    await this.#handle.write(header, 0, headerBytes, 0);
    const bytesPerSecond = header.readUInt32LE(28);
    return { durationSeconds: this.#dataBytes / bytesPerSecond, isSilent: this.#isSilent };
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
