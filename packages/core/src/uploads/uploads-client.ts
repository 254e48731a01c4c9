import { InvalidInputError } from "../errors/index.ts";
import type { Http } from "../http/http.ts";
import { requireExtension } from "../http/require-extension.ts";
import type { ResolvedClientOptions } from "../options.ts";
import type { RequestOptions } from "../request-options.ts";
import type { UploadPart } from "../transport/transport.ts";
import type { UploadProgress } from "../transport/upload-progress.ts";
import type { UploadResolver } from "../transport/upload-source.ts";
import { blocksCall } from "./choose-way.ts";
import { FileUpload, isResumable } from "./file-upload.ts";
import { checkStored, requireSameFile, type StoredUpload } from "./stored-upload.ts";
import { trackFiles } from "./track-files.ts";
import { deleteUpload } from "./tus.ts";

/** Options of {@link UploadsClient.start} and {@link UploadsClient.resume}. */
export interface SendFileOptions extends RequestOptions {
  /** Called as bytes leave, with a growing `loaded`, and once when the server has all of them. */
  onUploadProgress?: (progress: UploadProgress) => void;
  /** When `signal` is aborted, leave on the server what it has, to be resumed. Default false: the server forgets it. */
  keepOnAbort?: boolean;
}

/** Files that are sent before the task that takes them, and whose upload survives breaks, reloads and restarts (connect-api 6.12). */
export class UploadsClient<Source> {
  readonly #http: Http;
  readonly #client: ResolvedClientOptions;
  readonly #resolveUpload: UploadResolver<Source>;

  /** @internal */
  constructor(http: Http, client: ResolvedClientOptions, resolveUpload: UploadResolver<Source>) {
    this.#http = http;
    this.#client = client;
    this.#resolveUpload = resolveUpload;
  }

  /**
   * Begins to send a file. Resolves when the server knows of it; `completion()` of the result waits for the rest.
   *
   * @example
   * const uploads = await client.uploads();
   * const upload = await uploads.start(new File(["…"], "video.mp4"));
   * localStorage.setItem("upload", JSON.stringify(upload));
   * @throws {@link UnsupportedError} if the server takes no uploads that resume, {@link InvalidInputError} for what is no file, and for
   *   a stream, which cannot be read again.
   */
  async start(file: Source, options: SendFileOptions = {}): Promise<FileUpload> {
    const part = await this.#partOf(file);
    if (isResumable(part)) return this.#send(part, options);
    throw new InvalidInputError("file", `"${part.name}" is a stream: pass a path or a Blob.`);
  }

  /**
   * Goes on with an upload that `JSON.stringify` kept, in another process or after a reload, from where the server has it. If the
   * server has forgotten it, it begins anew under another id: store the result again. An upload that is whole needs no `file`.
   *
   * @example
   * const uploads = await client.uploads();
   * const stored = JSON.parse(localStorage.getItem("upload") ?? "");
   * const upload = await uploads.resume(stored, new File(["…"], "video.mp4"));
   * @throws {@link InvalidInputError} if it is another file, by its name, size or time of change.
   */
  async resume(
    stored: StoredUpload | string,
    file?: Source,
    options: SendFileOptions = {},
  ): Promise<FileUpload> {
    const known = checkStored(stored);
    const part = file === undefined ? missingPart(known) : await this.#partOf(file);
    requireSameFile(known, part);
    return this.#send(part, options, known.uploadId);
  }

  /**
   * Has the server forget an upload.
   *
   * @throws {@link ApiError} with status 404 if there is none (any more).
   */
  async delete(uploadId: string, options: RequestOptions = {}): Promise<void> {
    await this.#require(options);
    await deleteUpload(this.#http, uploadId, options);
  }

  async #send(part: UploadPart, options: SendFileOptions, id?: string): Promise<FileUpload> {
    const { onUploadProgress, keepOnAbort, ...call } = options;
    await this.#require(call);
    const progress = await trackFiles([part], this.#client.clock, onUploadProgress);
    const onSent = (bytes: number) => progress?.sent(0, bytes);
    const upload = new FileUpload(part, { http: this.#http, client: this.#client, call, onSent }, id);
    const drop = () => {
      if (call.signal?.aborted && !keepOnAbort) this.#http.inBackground(upload.abandon());
    };
    await upload.begin().finally(drop);
    upload.completion().then(progress?.accepted, drop);
    return upload;
  }

  async #partOf(file: Source): Promise<UploadPart> {
    const [part, other] = [await this.#resolveUpload(file, "file")].flat();
    if (part && !other) return { ...part, place: "file" };
    throw new InvalidInputError("file", "expected one file.");
  }

  #require(call: RequestOptions): Promise<void> {
    return requireExtension(this.#http, "uploads", "takes no uploads that resume", blocksCall(call));
  }
}

/** Stands for the file of an upload that is whole. */
function missingPart({ name = "" }: StoredUpload): UploadPart {
  const open = () => new Blob().stream();
  return { field: "files", name, type: "", sizeBytes: undefined, isRepeatable: false, open };
}
