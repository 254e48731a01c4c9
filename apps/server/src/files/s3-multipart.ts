import { readFile } from "node:fs/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { releaseMemory } from "../release-memory.ts";
import { takeTurns } from "../take-turns.ts";
import { inParallel } from "./in-parallel.ts";
import { unlessAbsent } from "./s3-failure.ts";

/** A part of an object that is not whole yet. */
export interface Part {
  /** From 1. */
  number: number;
  sizeBytes: number;
  etag: string;
}

/** Objects of a bucket that are made of parts. What it rejects with is as of the bucket. */
export interface Multipart {
  /** Answers the id by which the others know it. */
  begin(key: string): Promise<string>;
  /** Those that are there; `undefined` if it was never begun, or is over. */
  parts(key: string, id: string): Promise<Part[] | undefined>;
  /** Stores a part from a file, which fits into memory. */
  put(key: string, id: string, number: number, file: string): Promise<void>;
  /** Makes the object of all its parts. */
  complete(key: string, id: string): Promise<void>;
  abort(key: string, id: string): Promise<void>;
  /** Copies an object within the storage. */
  copy(from: string, to: string, sizeBytes: number): Promise<void>;
  /** Stores a whole object from such a file. */
  putWhole(key: string, file: string): Promise<void>;
}

export interface MultipartParts {
  s3: typeof import("@aws-sdk/client-s3");
  client: S3Client;
  place(key: string): { Bucket: string; Key: string };
  ofStorage<Result>(run: () => Promise<Result>): Promise<Result>;
}

/** S3 copies no more than this at once. */
const mostCopiedBytes = 5 * 1024 ** 3;
const copiedPartBytes = 1024 ** 3;
/** How many files are in memory at once: the SDK sends no stream twice, and so gives up at the first fault of one. */
const heldAtOnce = 4;

export function createMultipart({ s3, client, place, ofStorage }: MultipartParts): Multipart {
  /** Answered 404 where it is over. */
  const parts = async (key: string, id: string) => {
    const list = async () => {
      const found: Part[] = [];
      // Not by the SDK's pages: some services say where the next one begins when there is none.
      for (let isLast = false; !isLast; ) {
        const after = found.at(-1)?.number;
        const asked = { ...place(key), UploadId: id, ...(after && { PartNumberMarker: String(after) }) };
        const { Parts = [], IsTruncated } = await client.send(new s3.ListPartsCommand(asked));
        for (const { PartNumber = 0, Size = 0, ETag = "" } of Parts)
          found.push({ number: PartNumber, sizeBytes: Size, etag: ETag });
        isLast = IsTruncated !== true || Parts.length === 0;
      }
      return found;
    };
    return ofStorage(() => unlessAbsent(list()));
  };

  const inTurn = takeTurns(heldAtOnce);
  const withContent = (file: string, send: (content: Uint8Array) => Promise<unknown>): Promise<void> =>
    inTurn(async () => {
      const content = await readFile(file);
      await ofStorage(() => send(content)).finally(() => releaseMemory(content));
    });

  const begin = async (key: string) => {
    const { UploadId } = await ofStorage(() => client.send(new s3.CreateMultipartUploadCommand(place(key))));
    if (UploadId === undefined) throw new Error("The storage gives an upload in parts no id.");
    return UploadId;
  };

  const complete = async (key: string, id: string) => {
    const all = (await parts(key, id)) ?? [];
    const Parts = all.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
    const made = { ...place(key), UploadId: id, MultipartUpload: { Parts } };
    await ofStorage(() => client.send(new s3.CompleteMultipartUploadCommand(made)));
  };

  const abort = async (key: string, id: string) => {
    const send = () => client.send(new s3.AbortMultipartUploadCommand({ ...place(key), UploadId: id }));
    await ofStorage(() => unlessAbsent(send()));
  };

  const sourceOf = (key: string) => {
    const { Bucket, Key } = place(key);
    return [Bucket, ...Key.split("/")].map(encodeURIComponent).join("/");
  };

  const copyInParts = async (from: string, to: string, sizeBytes: number) => {
    const id = await begin(to);
    try {
      const starts = Array.from({ length: Math.ceil(sizeBytes / copiedPartBytes) }, (_, index) => index);
      await inParallel(starts, async (index) => {
        const start = index * copiedPartBytes;
        const end = Math.min(start + copiedPartBytes, sizeBytes) - 1;
        const part = {
          ...place(to),
          UploadId: id,
          PartNumber: index + 1,
          CopySource: sourceOf(from),
          CopySourceRange: `bytes=${start}-${end}`,
        };
        await ofStorage(() => client.send(new s3.UploadPartCopyCommand(part)));
      });
      await complete(to, id);
    } catch (error) {
      await abort(to, id).catch(() => undefined);
      throw error;
    }
  };

  return {
    begin,
    parts,
    complete,
    abort,
    put: (key, id, number, file) =>
      withContent(file, (Body) =>
        client.send(new s3.UploadPartCommand({ ...place(key), UploadId: id, PartNumber: number, Body })),
      ),
    putWhole: (key, file) =>
      withContent(file, (Body) => client.send(new s3.PutObjectCommand({ ...place(key), Body }))),
    async copy(from, to, sizeBytes) {
      if (sizeBytes > mostCopiedBytes) return copyInParts(from, to, sizeBytes);
      const copied = { ...place(to), CopySource: sourceOf(from) };
      await ofStorage(() => client.send(new s3.CopyObjectCommand(copied)));
    },
  };
}
