import { ApiError, InvalidInputError } from "../errors/index.ts";
import type { Http } from "../http/http.ts";
import type { ResolvedClientOptions } from "../options.ts";
import type { RequestOptions } from "../request-options.ts";
import type { SentFile, UploadPart } from "../transport/transport.ts";
import { retryPauseMs } from "../waiting/backoff.ts";
import { pauseOn } from "../waiting/delay.ts";
import { successAnswerSchema } from "../wire/index.ts";
import { type StoredUpload, storedUpload } from "./stored-upload.ts";
import { createUpload, deleteUpload, readState, sendBytes } from "./tus.ts";

/** What an upload is made with. */
export interface UploadSetting {
  http: Http;
  client: ResolvedClientOptions;
  /** The signal, headers and timeout of each request. */
  call: RequestOptions;
  /** Called with the bytes of the file that have left, or that the server has. */
  onSent(bytes: number): void;
}

/**
 * How much one request sends: all that is left. A gateway that takes no large request, or that keeps a request back until it is whole
 * and so loses all of it with the connection, gets less.
 */
const pieceSizes = [Number.POSITIVE_INFINITY, 2 ** 23, 2 ** 20, 2 ** 18];

/** More than the buffers between here and the server hold: if all of it is lost, a gateway had it. */
const mostBuffered = 2 ** 24;

/** Whether a file can be read from an offset on. One that cannot, a stream, is sent as a whole. */
export function isResumable({ sizeBytes, isRepeatable, openRange, blob }: UploadPart): boolean {
  return sizeBytes !== undefined && isRepeatable && (openRange ?? blob) !== undefined;
}

/**
 * A file on its way to the server, or there already: give it to a task in the place of a file. It is the server's until a task
 * takes it, or nothing was written to it for a day.
 *
 * After each break the server is asked for its offset, and the file is read on from there. Breaks in a row are limited by the client's
 * `retry`; one that has brought something does not count.
 *
 * @example
 * const uploads = await client.uploads();
 * const upload = await uploads.start(new File(["…"], "video.mp4"));
 * await upload.completion();
 * await client.tasks.run({ blockId: "pkg::file-processor", files: [upload] });
 */
export class FileUpload implements SentFile {
  readonly #part: UploadPart;
  readonly #setting: UploadSetting;
  #id: string;
  #sizeBytes: number;
  #offset = 0;
  /** Since the server's offset has grown. */
  #breaks = 0;
  #pieceSize = 0;
  #hasBegunAnew = false;
  #completion: Promise<void> = Promise.resolve();

  /** @internal Made by `start` and `resume` of the client's uploads. */
  constructor(part: UploadPart, setting: UploadSetting, id = "") {
    this.#part = part;
    this.#setting = setting;
    this.#id = id;
    this.#sizeBytes = part.sizeBytes ?? 0;
  }

  /** The upload's id. It becomes another one if the server forgets the upload and the file is sent anew. */
  get id(): string {
    return this.#id;
  }

  /** The file's name, as the server sees it. */
  get name(): string {
    return this.#part.name;
  }

  /** The file's length in bytes. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** How many bytes the server is known to have. */
  get loaded(): number {
    return this.#offset;
  }

  /** The value that `JSON.stringify(upload)` keeps: enough for `resume`, with the same file. */
  toJSON(): StoredUpload {
    return storedUpload(this.#id, this.#part);
  }

  /**
   * Waits until the server has the whole file.
   *
   * @throws {@link ConnectionError}, {@link ApiError}, {@link InvalidInputError} if the file has changed, or the reason of an aborted
   *   signal.
   */
  completion(): Promise<void> {
    return this.#completion;
  }

  /** @internal What a request's files hold of it. */
  get uploadPart(): UploadPart {
    return { ...this.#part, sent: this };
  }

  /** @internal Creates the upload, or asks how far one is that exists, and begins to send what the server lacks. */
  async begin(): Promise<void> {
    if (this.#id) await this.#look().catch((failure: unknown) => this.#recover(failure, 0));
    else await this.#create();
    this.#setting.onSent(this.#offset);
    this.#completion = this.#send();
    // Whoever asks hears of a failure.
    this.#completion.catch(() => undefined);
  }

  /** @internal Has the server forget it. Never rejects. */
  async abandon(): Promise<void> {
    const { http, call } = this.#setting;
    const { signal: _, ...request } = call;
    // It may be gone, or the server be out of reach; what is left there expires.
    if (this.#id) await deleteUpload(http, this.#id, request, true).catch(() => undefined);
  }

  async #send(): Promise<void> {
    const { http, call, onSent } = this.#setting;
    const part = this.#part;
    while (this.#offset < this.#sizeBytes) {
      const from = this.#offset;
      const to = Math.min(this.#sizeBytes, from + (pieceSizes[this.#pieceSize] ?? 0));
      const blob = part.blob?.slice(from, to);
      const piece = {
        ...part,
        sizeBytes: to - from,
        open: () => part.openRange?.(from, to) ?? (blob ?? new Blob()).stream(),
        ...(blob && { blob }),
      };
      let leftBytes = 0;
      const onBytesSent = (bytes: number) => {
        leftBytes = bytes;
        onSent(from + bytes);
      };
      try {
        this.#note(await sendBytes(http, this.#id, from, piece, { ...call, onBytesSent }));
      } catch (failure) {
        await this.#recover(failure, leftBytes);
      }
    }
  }

  async #create(): Promise<void> {
    const { http, call } = this.#setting;
    this.#id = await createUpload(http, this.#part, call);
    this.#offset = 0;
  }

  async #look(): Promise<void> {
    const { http, call } = this.#setting;
    const { offset, sizeBytes } = await readState(http, this.#id, call);
    this.#note(offset);
    this.#sizeBytes = sizeBytes;
    const { place = "file", sizeBytes: ownBytes = sizeBytes } = this.#part;
    if (ownBytes !== sizeBytes)
      throw new InvalidInputError(place, `has ${ownBytes} bytes, and that of the upload ${sizeBytes}.`);
    if (offset < sizeBytes && !isResumable(this.#part))
      throw new InvalidInputError(place, "is needed: the upload is not whole yet.");
  }

  /** Learns the server's offset after a failure. @throws The failure, if nothing helps. */
  async #recover(failure: unknown, leftBytes: number): Promise<void> {
    this.#setting.call.signal?.throwIfAborted();
    const status = failure instanceof ApiError ? failure.status : 0;
    if (status === 404 || status === 410) {
      // Once: a server that forgets each upload would take the file without end.
      if (this.#hasBegunAnew || !isResumable(this.#part)) throw failure;
      this.#hasBegunAnew = true;
      return this.#create();
    }
    // A gateway: the server refuses what is too large when it is created.
    if (status === 413 && this.#pieceSize < pieceSizes.length - 1) this.#pieceSize += 1;
    else await this.#pause(failure, status);
    const before = this.#offset;
    try {
      await this.#look();
    } catch (trouble) {
      return this.#recover(trouble, 0);
    }
    if (this.#offset <= before && leftBytes > mostBuffered) this.#pieceSize ||= 1;
  }

  async #pause(failure: unknown, status: number): Promise<void> {
    const { http, client, call } = this.#setting;
    const { retry, clock, random } = client;
    this.#breaks += 1;
    // Another offset than the server's, a request that still writes, bytes that came changed (tus 1.0): the offset tells how to go on.
    if ([409, 423, 460].includes(status) && this.#breaks <= retry.limit)
      return pauseOn(clock, retryPauseMs(this.#breaks, retry, random), call.signal);
    const request = { method: "PATCH", path: `/v1/uploads/${this.#id}`, isIdempotent: true } as const;
    await http.beforeRetry({ ...call, ...request, schema: successAnswerSchema }, this.#breaks, failure);
  }

  #note(offset: number): void {
    if (offset > this.#offset) this.#breaks = 0;
    this.#offset = offset;
  }
}
