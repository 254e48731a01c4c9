/** The outside of encoding and resolving values; the executor provides it, tests fake it. */
export interface ValueStores {
  /** Values that pass between blocks of one process by reference (oocana-protocol 3.2). */
  variables: VariableStore;
  /** Files of this job (oocana-protocol 3.3, 6.5). */
  files: JobFiles;
  /** The user's secrets by name (oocana-protocol 3.4); undefined if there is no such file. */
  readSecrets(): Promise<Secrets | undefined>;
}

export interface VariableStore {
  set(key: string, value: unknown): void;
  /** Wrapped, because a stored undefined counts as found. */
  get(key: string): { value: unknown } | undefined;
}

/** Bytes at once, or in pieces, such as a Node stream, a web stream or the stream of a Blob. */
export type BinarySource = Uint8Array | AsyncIterable<Uint8Array>;

export interface JobFiles {
  /** Writes bytes, or a stream of them piece by piece, to a new file of their own, which ends in `extension`; returns its path. */
  writeBinary(handle: string, bytes: BinarySource, extension?: string): Promise<string>;
  readBinary(path: string): Promise<Uint8Array>;
  /** Writes a table for a preview, piece by piece, and returns its path. */
  writeCsv(pieces: Iterable<string>): Promise<string>;
}

/** `secrets.json`: name → its type and entries. */
export type Secrets = Record<string, SecretEntry>;

export interface SecretEntry {
  secretName?: string;
  secretType?: string;
  secrets?: { secretKey: string; value: string }[];
}

/** The parts for resolving one job's inputs. */
export interface ResolveContext {
  stores: ValueStores;
  /** A warning to the user; it never contains a secret. */
  warn(text: string): void;
}
