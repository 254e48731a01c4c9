import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { OpenedFile } from "./file-store.ts";
import { describeS3Error, toStorageFailure, unlessAbsent } from "./s3-failure.ts";
import { createMultipart, type Multipart } from "./s3-multipart.ts";

/** The part of a bucket beneath a prefix. What it rejects with is a `StorageFailure`, or the reason of the signal. */
export interface Bucket {
  /** Rejects if it does not let this program in. */
  check(signal: AbortSignal): Promise<void>;
  /** Writes a file in parts, so that memory stays flat. */
  write(key: string, content: Readable, signal?: AbortSignal): Promise<void>;
  download(key: string, file: string, signal?: AbortSignal): Promise<void>;
  /** `undefined` if there is none. */
  open(key: string): Promise<OpenedFile | undefined>;
  /** In bytes; `undefined` if there is none. */
  sizeOf(key: string): Promise<number | undefined>;
  /** Copies an object of so many bytes, within the storage. */
  copy(from: string, to: string, sizeBytes: number): Promise<void>;
  /** Removes every object whose key begins so. */
  removeAll(keyStart: string): Promise<void>;
  /** Objects that are made of parts. */
  readonly multipart: Multipart;
}

export interface BucketOptions {
  /** How long a request or an answer may stand still, in milliseconds, before it is given up; 20,000 by default. */
  idleTimeoutMs?: number | undefined;
  /** What an upload may have that comes piece by piece. */
  uploadLimitBytes?: number | undefined;
}

/** Opens `s3://bucket/prefix`. Rejects if that is no such address, or if the bucket cannot be reached. */
export async function openBucket(
  address: string,
  { idleTimeoutMs = 20_000 }: BucketOptions = {},
): Promise<Bucket> {
  const { hostname: name, pathname, protocol } = URL.parse(address) ?? {};
  if (protocol !== "s3:" || !name) throw new Error(`"${address}" is no bucket: write s3://BUCKET/PREFIX.`);
  const [s3, { Upload }] = await loadSdk();
  const client = new s3.S3Client({
    // Buckets of other services have no host name each.
    forcePathStyle: true,
    // The SDK's own are none, and it tries again what it gave up.
    requestHandler: {
      connectionTimeout: Math.min(idleTimeoutMs, connectTimeoutMs),
      socketTimeout: idleTimeoutMs,
    },
    // Checksums of a kind that many S3-compatible services do not know yet.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const prefix = (pathname ?? "").replace(/^\//, "").replace(/([^/])$/, "$1/");
  const place = (key: string) => ({ Bucket: name, Key: prefix + key });
  const head = (abortSignal?: AbortSignal) =>
    client.send(new s3.HeadBucketCommand({ Bucket: name }), abortSignal && { abortSignal });
  await head().catch((cause: unknown) => {
    throw new Error(
      `The bucket "${name}" cannot be used: ${describeS3Error(cause)}. Credentials, AWS_REGION and AWS_ENDPOINT_URL_S3 come from the environment.`,
      { cause },
    );
  });

  const ofStorage = async <Result>(run: () => Promise<Result>, signal?: AbortSignal): Promise<Result> => {
    try {
      signal?.throwIfAborted();
      return await run();
    } catch (error) {
      throw toStorageFailure(`s3://${name}`, error, signal);
    }
  };

  const read = async (
    key: string,
    range: { Range?: string; IfMatch?: string },
    abortSignal?: AbortSignal,
  ) => {
    const get = new s3.GetObjectCommand({ ...place(key), ...range });
    const { Body } = await client.send(get, abortSignal && { abortSignal });
    if (!(Body instanceof Readable)) throw new Error(`The object ${key} has no content.`);
    return Body;
  };

  const find = (key: string) =>
    ofStorage(() => unlessAbsent(client.send(new s3.HeadObjectCommand(place(key)))));
  const multipart = createMultipart({ s3, client, place, ofStorage });

  return {
    multipart,
    sizeOf: async (key) => (await find(key))?.ContentLength,
    copy: (from, to, sizeBytes) => multipart.copy(from, to, sizeBytes),
    check: (signal) => ofStorage(async () => void (await head(signal)), signal),
    async write(key, Body, signal) {
      const upload = new Upload({ client, params: { ...place(key), Body } });
      const abort = () => void upload.abort();
      signal?.addEventListener("abort", abort);
      await ofStorage(() => upload.done(), signal).finally(() => {
        signal?.removeEventListener("abort", abort);
        Body.destroy();
      });
    },
    download: (key, file, signal) =>
      ofStorage(
        async () => pipeline(await read(key, {}, signal), createWriteStream(file), signal ? { signal } : {}),
        signal,
      ),
    async open(key) {
      const found = await find(key);
      if (!found) return undefined;
      const { ContentLength: sizeBytes = 0, ETag: etag = "", LastModified: modifiedAt = new Date(0) } = found;
      return {
        sizeBytes,
        etag,
        modifiedAt,
        async read(start, end) {
          const body = await ofStorage(() => read(key, { Range: `bytes=${start}-${end}`, IfMatch: etag }));
          // Cast: the DOM's and Node's types of one stream differ in name only.
          return Readable.toWeb(body) as ReadableStream<Uint8Array>;
        },
        close: async () => undefined,
      };
    },
    removeAll: (keyStart) =>
      ofStorage(async () => {
        const pages = s3.paginateListObjectsV2({ client }, { Bucket: name, Prefix: prefix + keyStart });
        for await (const { Contents = [] } of pages) {
          const Objects = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
          if (Objects.length === 0) continue;
          await client.send(new s3.DeleteObjectsCommand({ Bucket: name, Delete: { Objects, Quiet: true } }));
        }
      }),
  };
}

const connectTimeoutMs = 5_000;

/** It is large, so it is installed, and loaded, only if it is needed. */
async function loadSdk() {
  try {
    return await Promise.all([import("@aws-sdk/client-s3"), import("@aws-sdk/lib-storage")]);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new Error(
      "Files in s3://… need the AWS SDK, which is not installed: run `npm install @aws-sdk/client-s3 @aws-sdk/lib-storage` where @oomol/connect-server is installed.",
      { cause },
    );
  }
}
