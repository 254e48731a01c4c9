import type { Kysely } from "kysely";
import type { Logger } from "pino";
import { v7 as newUploadId } from "uuid";
import type { FileStore } from "../files/file-store.ts";
import { inParallel } from "../files/in-parallel.ts";
import type { Chunks } from "../files/partial-files.ts";
import type { Metrics } from "../metrics.ts";
import { Refusal } from "../refusal.ts";
import type { Tables } from "../store/tables.ts";
import { type OverUpload, type StoredUpload, UploadStore } from "../store/upload-store.ts";
import { messageOf } from "../values.ts";
import { boundChunks, tooMuch } from "./bound-chunks.ts";
import { roomOfCaller } from "./room-of-caller.ts";
import { createSweep } from "./sweep-uploads.ts";
import { createTurns, type Turns } from "./turns.ts";
import { checkMetadata, fileNameOf } from "./upload-metadata.ts";

/** Uploads that come piece by piece, for tasks to take (connect-api 6.12). All but `give` and `forget` throw a {@link Refusal}. */
export interface Uploads {
  /** What one may have. */
  readonly mostBytes: number;
  create(caller: string, wanted: Pick<Upload, "length" | "metadata">): Promise<Upload>;
  /** How it is now; ends whoever writes to it. */
  look(caller: string, id: string): Promise<Upload>;
  append(caller: string, id: string, piece: Piece): Promise<Upload>;
  remove(caller: string, id: string): Promise<void>;
  /** Those of a caller that are whole, for a task. */
  findWhole(caller: string, ids: readonly string[]): Promise<WholeUpload[]>;
  /** Makes one a file of a task at each path; they stay until they are forgotten. */
  give(taskId: string, uploads: readonly WholeUpload[], paths: readonly string[]): Promise<void>;
  /** Begins to remove what a stored task has taken. What cannot be removed now is removed later. */
  forget(uploads: readonly WholeUpload[]): void;
  /** Forgets what was left for too long, and what was taken and is there yet. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** An upload as its caller sees it. */
export interface Upload {
  id: string;
  /** How many bytes of it are kept. */
  offset: number;
  /** How many it is to have, once that is known. */
  length: number | undefined;
  metadata: string;
  /** When it is forgotten if nothing more is written to it; epoch milliseconds. */
  expiresAt: number;
}

/** What is to be added to an upload. */
export interface Piece {
  /** Where it begins. */
  offset: number;
  /** The length of the whole, if it was not known before. */
  length: number | undefined;
  /** Of this piece, if it is known. */
  sizeBytes: number | undefined;
  /** Whether it counts as a whole or not at all. */
  isOne: boolean;
  /** Its bytes, once it is their turn; ends with the signal. */
  read(signal: AbortSignal): Chunks;
}

export interface WholeUpload extends StoredUpload {
  /** For the file of a task. */
  fileName: string;
}

export interface UploadsParts {
  database: Kysely<Tables>;
  files: Pick<FileStore, "partial">;
  /** Those of this process by default. */
  turns?: Turns;
  uploadLimitBytes: number;
  uploadsLimitBytes: number;
  uploadKeepMs: number;
  metrics: Metrics;
  log: Logger;
}

/** One that is written to for longer is as fresh as one that is written to often. */
const mostTouchMs = 60_000;

export function openUploads(parts: UploadsParts): Uploads {
  const { database, uploadLimitBytes: mostBytes, uploadKeepMs: keepMs, metrics, log } = parts;
  const { turns = createTurns() } = parts;
  const files = parts.files.partial;
  const store = new UploadStore(database);
  const room = roomOfCaller(store, parts.uploadsLimitBytes);
  metrics.watchUploads(() => store.totals());

  const find = async (caller: string, id: string): Promise<StoredUpload> => {
    const [found] = isId.test(id) ? await store.find([id]) : [];
    if (found?.caller !== caller) throw notThere(id);
    return found;
  };
  const sizeOf = async (upload: StoredUpload): Promise<number> => {
    const size = await files.sizeOf(upload);
    if (size === undefined) throw notThere(upload.id);
    return size;
  };
  const show = ({ id, length, metadata, touchedAt }: StoredUpload, offset: number): Upload => ({
    id,
    offset,
    length,
    metadata,
    expiresAt: touchedAt + keepMs,
  });
  /** Before its turn: who may not have it must not end somebody else's. */
  const takeTurn = async (caller: string, id: string) => turns.take((await find(caller, id)).id);

  const removeAll = async (upload: Pick<StoredUpload, "id" | "place">) => {
    await files.remove(upload);
    await store.remove(upload.id);
  };

  const declareLength = async (upload: StoredUpload, length: number, offset: number) => {
    if (upload.length !== undefined && upload.length !== length)
      throw new Refusal(
        400,
        `The upload "${upload.id}" has ${upload.length} bytes, which cannot be changed.`,
      );
    if (length < offset)
      throw new Refusal(400, `The upload "${upload.id}" has ${offset} bytes already, more than ${length}.`);
    requireSize(length, mostBytes);
    if (upload.length === undefined) {
      await room.require(upload.caller, length - offset);
      await store.set(upload.id, { length });
    }
  };

  const write = async (upload: StoredUpload, { offset, isOne, read }: Piece, signal: AbortSignal) => {
    const { id, caller, length } = upload;
    const onGrowth = async (bytes: number) => {
      await store.reserve(id, offset + bytes);
      await room.require(caller);
    };
    const bounds = {
      mostBytes: (length ?? mostBytes) - offset,
      onGrowth: length === undefined ? onGrowth : undefined,
    };
    await store.touch(id);
    const touchMs = Math.min(mostTouchMs, keepMs / 4);
    const touching = setInterval(() => void store.touch(id).catch(() => undefined), touchMs);
    try {
      await files.append(upload, offset, boundChunks(read(signal), bounds), { areOne: isOne });
    } finally {
      clearInterval(touching);
      const size = await files.sizeOf(upload);
      metrics.uploadReceived((size ?? offset) - offset);
      if (length === undefined) await store.reserve(id, size ?? offset);
      await store.touch(id);
    }
  };

  const forgetOver = async (over: OverUpload) => {
    if (over.isTaken) return removeAll(over);
    await using _turn = await turns.take(over.id);
    const [upload] = await store.find([over.id]);
    if (!upload || upload.touchedAt > over.touchedAt) return;
    await removeAll(upload);
    metrics.uploadEnded("expired");
  };
  const leaving = new Set<Promise<void>>();
  const sweep = createSweep({ store, keepMs, forget: forgetOver, log });

  return {
    mostBytes,
    async create(caller, { length, metadata }) {
      checkMetadata(metadata);
      if (length !== undefined) requireSize(length, mostBytes);
      const id = newUploadId();
      await store.create({ id, caller, length, metadata });
      let place: string | undefined;
      try {
        await room.require(caller);
        place = await files.create(id);
        if (place !== undefined) await store.set(id, { place });
      } catch (error) {
        await removeAll({ id, place }).catch(() => undefined); // it is forgotten in time
        throw error;
      }
      return show(await find(caller, id), 0);
    },

    async look(caller, id) {
      await using _turn = await takeTurn(caller, id);
      const upload = await find(caller, id);
      return show(upload, await sizeOf(upload));
    },

    async append(caller, id, piece) {
      await using turn = await takeTurn(caller, id);
      const upload = await find(caller, id);
      const offset = await sizeOf(upload);
      if (piece.offset !== offset) {
        throw new Refusal(
          409,
          `The upload "${id}" has ${offset} bytes; it goes on there, not at ${piece.offset}.`,
        );
      }
      if (piece.length !== undefined) await declareLength(upload, piece.length, offset);
      const known = { ...upload, length: piece.length ?? upload.length };
      if (offset + (piece.sizeBytes ?? 0) > (known.length ?? mostBytes)) throw tooMuch();
      await write(known, piece, turn.signal);
      const size = await sizeOf(known);
      if (size === known.length) await files.finish(known);
      return show({ ...known, touchedAt: Date.now() }, size);
    },

    async remove(caller, id) {
      await using _turn = await takeTurn(caller, id);
      await removeAll(await find(caller, id));
      metrics.uploadEnded("deleted");
    },

    async findWhole(caller, ids) {
      const isOwn = (upload: StoredUpload) => upload.caller === caller;
      const found = new Map(
        (await store.find(ids.filter((id) => isId.test(id))))
          .filter(isOwn)
          .map((upload) => [upload.id, upload]),
      );
      const whole: WholeUpload[] = [];
      await inParallel([...ids.entries()], async ([index, id]) => {
        const upload = found.get(id);
        if (!upload) throw notThere(id);
        const size = await sizeOf(upload);
        if (size !== upload.length) throw notWhole(upload, size);
        whole[index] = { ...upload, fileName: fileNameOf(upload.metadata) };
      });
      return whole;
    },

    give: (taskId, uploads, paths) =>
      inParallel([...uploads.entries()], async ([index, upload]) => {
        try {
          await files.give(upload, taskId, paths[index] ?? "");
        } catch (error) {
          await sizeOf(upload); // somebody may have removed it meanwhile
          throw error;
        }
      }),

    forget(uploads) {
      for (const _ of uploads) metrics.uploadEnded("taken");
      const removing = inParallel(uploads, removeAll).catch((error: unknown) =>
        log.warn({ error: messageOf(error) }, "uploads that a task has taken are removed later"),
      );
      leaving.add(removing);
      void removing.finally(() => leaving.delete(removing));
    },

    sweep: sweep.run,
    async close() {
      await sweep.close();
      await turns.close();
      await Promise.all(leaving);
    },
  };
}

const isId = /^[\w-]{1,64}$/;

export const notThere = (id: string) => new Refusal(404, `There is no upload "${id.slice(0, 64)}".`);

const notWhole = ({ id, length }: StoredUpload, size: number) =>
  new Refusal(
    409,
    `The upload "${id}" is not whole yet: ${size} bytes are there${length === undefined ? "" : `, of ${length}`}.`,
  );

function requireSize(length: number, mostBytes: number): void {
  if (length <= mostBytes) return;
  throw new Refusal(413, `An upload may have ${mostBytes} bytes at most.`);
}
