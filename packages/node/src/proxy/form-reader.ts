import { ByteReader } from "./byte-reader.ts";
import { FormError } from "./form-error.ts";
import { parsePartHead } from "./part-head.ts";

export interface FormPart {
  name: string;
  /** `undefined` for a field. */
  fileName: string | undefined;
  /** The MIME type as given; empty if there is none. */
  type: string;
  /** Must be read to its end before the next part is requested. */
  bytes: AsyncGenerator<Uint8Array, undefined>;
}

const longestHeadBytes = 8 * 2 ** 10;
const lineEnd = ascii("\r\n");
const headEnd = ascii("\r\n\r\n");
const ending = ascii("--");

/**
 * A form's parts, one after the other, as their bytes arrive; only the current chunk is kept. Strict wherever parsers
 * differ: nothing before the first or after the last boundary, no folded or repeated headers, no encodings.
 *
 * @throws {FormError} from the iterator and from a part's bytes.
 */
export class FormReader implements AsyncIterable<FormPart> {
  readonly #source: ByteReader;
  readonly #boundary: string;

  /** @throws {FormError} for a `Content-Type` without a usable boundary. */
  constructor(body: ReadableStream<Uint8Array>, contentType: string) {
    this.#boundary = boundaryOf(contentType);
    this.#source = new ByteReader(body);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FormPart, undefined> {
    const source = this.#source;
    const delimiter = ascii(`\r\n--${this.#boundary}`);
    try {
      if (!(await source.skip(delimiter.subarray(2))))
        throw new FormError("it does not begin with its boundary");
      while (!(await source.skip(ending))) {
        if (!(await source.skip(lineEnd))) throw new FormError("something follows a boundary on its line");
        const head = await source.readBefore(headEnd, longestHeadBytes);
        if (!head) throw new FormError(`a part's headers do not end within ${longestHeadBytes} bytes`);
        let isRead = false;
        const bytes = partBytes(source, delimiter, () => {
          isRead = true;
        });
        yield { ...parsePartHead(head), bytes };
        if (!isRead) throw new FormError("a part was left unread");
      }
      await source.skip(lineEnd);
      if (!(await source.isAtEnd())) throw new FormError("something follows its end");
    } finally {
      await source.cancel();
    }
  }

  /** Cancels the body, even while its next bytes are awaited. */
  async cancel(): Promise<void> {
    await this.#source.cancel();
  }
}

async function* partBytes(
  source: ByteReader,
  delimiter: Uint8Array,
  onEnd: () => void,
): AsyncGenerator<Uint8Array, undefined> {
  for (;;) {
    const { bytes, isLast } = await source.nextBefore(delimiter);
    if (isLast) onEnd();
    if (bytes.byteLength > 0) yield bytes;
    if (isLast) return;
  }
}

/** RFC 2046, 5.1.1: 1 to 70 characters. Another parser might understand any other parameter. */
function boundaryOf(contentType: string): string {
  const pattern =
    /^multipart\/form-data[ \t]*;[ \t]*boundary=(?:"(?<quoted>[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-])"|(?<plain>[\w'+.-]{1,70}))[ \t]*$/i;
  const groups = pattern.exec(contentType)?.groups;
  const boundary = groups?.quoted ?? groups?.plain;
  if (boundary === undefined)
    throw new FormError("its Content-Type names no boundary of RFC 2046, or more than that");
  return boundary;
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
