import { FormError } from "./form-error.ts";

const nothing = new Uint8Array(0);

/** Reads a stream up to marks in it, whatever its chunks are. */
export class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** Read, but not yet returned. */
  #held: Uint8Array = nothing;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** Whether `mark` comes next; if so, skips it. */
  async skip(mark: Uint8Array): Promise<boolean> {
    while (this.#held.byteLength < mark.byteLength) if (!(await this.#more())) return false;
    if (!startsWith(this.#held, mark, 0)) return false;
    this.#held = this.#held.subarray(mark.byteLength);
    return true;
  }

  /** The bytes before `mark`, which is skipped; `undefined` if there are more than `limitBytes`, or no mark. */
  async readBefore(mark: Uint8Array, limitBytes: number): Promise<Uint8Array | undefined> {
    for (;;) {
      const position = find(this.#held, mark);
      if (position > limitBytes || (position < 0 && this.#held.byteLength > limitBytes + mark.byteLength))
        return undefined;
      if (position >= 0) return this.#takeBefore(position, mark);
      if (!(await this.#more())) return undefined;
    }
  }

  /** The available bytes that surely come before `mark`; the last ones skip it. @throws if the stream ends first. */
  async nextBefore(mark: Uint8Array): Promise<{ bytes: Uint8Array; isLast: boolean }> {
    for (;;) {
      const position = find(this.#held, mark);
      if (position >= 0) return { bytes: this.#takeBefore(position, mark), isLast: true };
      // The mark may have begun in the last bytes.
      const sureBytes = this.#held.byteLength - mark.byteLength + 1;
      if (sureBytes > 0) {
        const bytes = this.#held.subarray(0, sureBytes);
        this.#held = this.#held.slice(sureBytes);
        return { bytes, isLast: false };
      }
      if (!(await this.#more())) throw new FormError("it ends before its last boundary");
    }
  }

  async isAtEnd(): Promise<boolean> {
    return this.#held.byteLength === 0 && !(await this.#more());
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }

  #takeBefore(position: number, mark: Uint8Array): Uint8Array {
    const bytes = this.#held.subarray(0, position);
    this.#held = this.#held.subarray(position + mark.byteLength);
    return bytes;
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    if (done) return false;
    if (this.#held.byteLength === 0) {
      this.#held = value;
      return true;
    }
    const joined = new Uint8Array(this.#held.byteLength + value.byteLength);
    joined.set(this.#held);
    joined.set(value, this.#held.byteLength);
    this.#held = joined;
    return true;
  }
}

function find(bytes: Uint8Array, mark: Uint8Array): number {
  const [first = 0] = mark;
  let position = bytes.indexOf(first);
  while (position >= 0 && position <= bytes.byteLength - mark.byteLength) {
    if (startsWith(bytes, mark, position)) return position;
    position = bytes.indexOf(first, position + 1);
  }
  return -1;
}

function startsWith(bytes: Uint8Array, mark: Uint8Array, position: number): boolean {
  return mark.every((byte, index) => bytes[position + index] === byte);
}
