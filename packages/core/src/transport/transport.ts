/**
 * The seam between the client and the network: one request in, one response out. Retries, authentication and decoding
 * are above it (`http.ts`), so a transport only moves bytes.
 */
export interface Transport {
  /**
   * Sends one request and resolves when the head of the answer is there; redirects are not followed.
   * Rejects with the signal's reason on abort, closing the connection, and with `TransportError` if no answer came.
   */
  send(request: TransportRequest): Promise<TransportResponse>;
  /**
   * How many answers may be held or streamed at once, if connections are few: a page has six to a server. Further
   * waits poll instead. Default: no limit.
   */
  readonly heldRequestLimit?: number;
  /**
   * If others use the same few connections, another tab of the browser for instance: asks for one that stays busy. Resolves
   * to what gives it back, or to nothing if none can be spared now. `baseUrl` tells the server. Default: there are no others.
   */
  shareHeld?(baseUrl: string): Promise<(() => void) | undefined>;
  /** Closes kept connections. Safe to call twice. */
  close?(): Promise<void>;
}

/** One request as a transport gets it: complete, with its token and headers. */
export interface TransportRequest {
  method: "GET" | "HEAD" | "POST" | "PATCH" | "DELETE";
  url: string;
  headers: Record<string, string>;
  /** JSON text, or fields and files to send as `multipart/form-data`; with an `offset` the bytes of one file alone. */
  body?: string | Upload;
  signal: AbortSignal;
  /** Bytes of the body given to the network so far; called with a growing number. */
  onBytesSent?: (sentBytes: number) => void;
  /** Whether a caller uses `onBytesSent`, and not only the request's timer; a page may pay for it with a preflight. */
  wantsProgress?: boolean;
}

/** The head of an answer, and ways to read its body. */
export interface TransportResponse {
  status: number;
  /** The value of a response header, by its lower-case name. */
  header(name: string): string | undefined;
  /** The whole body; either this or `stream` may be used, once. */
  text(): Promise<string>;
  /** The body's bytes as they come; either this or `text` may be used, once. */
  stream(): ReadableStream<Uint8Array>;
  /** Ends the request of a body that was cancelled, where that alone does not: Firefox keeps its connection until garbage is collected. */
  abort?(): void;
}

/** The content of a form upload. */
export interface Upload {
  fields: readonly (readonly [name: string, value: string])[];
  parts: readonly UploadPart[];
  /** Set if the body is no form but the bytes of the one part, which begin at this byte of its file (connect-api 6.12). */
  offset?: number;
}

/** One file of an upload. */
export interface UploadPart {
  /** The form field, `files` for a task. */
  field: string;
  /** The file's name, as the server will see it. */
  name: string;
  /** MIME type. */
  type: string;
  /** Exact length; `undefined` if only reading tells. */
  sizeBytes: number | undefined;
  /** Whether `open` may be called again, for a retry. */
  isRepeatable: boolean;
  /** The bytes from the beginning. */
  open(): Promise<ReadableStream<Uint8Array>> | ReadableStream<Uint8Array>;
  /** The same bytes as a `Blob`, if there is one: browsers send it without copying. */
  blob?: Blob;
  /**
   * The bytes from one offset up to another, for an upload that resumes. Throws `InvalidInputError` if the file is no longer what it
   * was. Without this and a `blob` a file is sent as a whole.
   */
  openRange?(from: number, to: number): Promise<ReadableStream<Uint8Array>> | ReadableStream<Uint8Array>;
  /** When the file was last changed, in epoch milliseconds, if that is known: another file with its name and size differs in this. */
  lastModifiedMs?: number;
  /** Its place in the caller's request, for messages. Default: by its position among the parts. */
  place?: string;
  /** The file is on the server already, or on its way there. */
  sent?: SentFile;
}

/** A file that is sent by an upload of its own (connect-api 6.12). */
export interface SentFile {
  readonly id: string;
  /** Resolves when the server has all of it. */
  completion(): Promise<void>;
}
