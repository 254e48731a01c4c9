import type { JsonText } from "../json-text.ts";
import type { PartialFiles } from "./partial-files.ts";

/**
 * Where files of tasks are kept: what was uploaded for them, and what they made in their session directories. Storage that is
 * not on this machine rejects with a `StorageFailure`; what is aborted, with the reason of its signal.
 */
export interface FileStore {
  /** Where they are kept; `undefined` if that is no folder that this machine sees. */
  readonly directory: string | undefined;
  /** Rejects if it cannot be used at the moment; what it asks ends with the signal. */
  check(signal: AbortSignal): Promise<void>;
  /** Absolute; where the files of a new task are received. */
  uploadDirectory(taskId: string): string;
  /** Keeps received files, so that whoever runs the task finds them. */
  keepUploads(taskId: string, files: readonly string[]): Promise<void>;
  /** Forgets what was received for a task that does not come to be, and, if `areKept`, what was or may be kept. */
  discardUploads(taskId: string, areKept: boolean): Promise<void>;
  /** The inputs with the paths of the uploaded files in place of the references to them; the files are there then. */
  openUploads(taskId: string, inputs: JsonText, signal?: AbortSignal): Promise<JsonText>;
  /** Keeps what a session made, before anyone is told that the task has ended. It may be done again. */
  keepSession(sessionId: string, signal?: AbortSignal): Promise<void>;
  /** Lets go of what was only here to run the task. */
  release(taskId: string, sessionId: string | undefined): Promise<void>;
  /** A file of a session by the still encoded path of a URL; `undefined` if there is none, or it is no business of the caller's. */
  openSessionFile(sessionId: string, path: string): Promise<OpenedFile | undefined>;
  /** Those that come piece by piece, before there is a task. */
  readonly partial: PartialFiles;
  /** Forgets everything about a task. */
  remove(task: { id: string; sessionId: string | null }): Promise<void>;
}

/** A file that can be read; whoever opened it closes it. */
export interface OpenedFile {
  sizeBytes: number;
  /** A strong ETag. */
  etag: string;
  modifiedAt: Date;
  /** Bytes `start` to `end`, both included; closes the file at its end. */
  read(start: number, end: number): Promise<ReadableStream<Uint8Array>>;
  close(): Promise<void>;
}
