import { createHash } from "node:crypto";
import { basename } from "node:path";
import { detectType } from "./detect-type.ts";
import { readBytes } from "./read-bytes.ts";

export interface FileRecord {
  name: string;
  /** MIME type, by content where content shows it. */
  type: string;
  size_bytes: number;
  /** Of the content, in lower-case hexadecimal digits. */
  sha256: string;
}

/** Reads a file once through, in flat memory; `onBytes` hears of each piece. */
export async function describeFile(path: string, onBytes: (bytes: number) => void): Promise<FileRecord> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of readBytes(path, onBytes)) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return {
    // An upload may lie in a folder of its own, made by the server.
    name: basename(path),
    type: await detectType(path),
    size_bytes: sizeBytes,
    sha256: hash.digest("hex"),
  };
}

export function describeRecord({ name, type, size_bytes, sha256 }: FileRecord): string {
  return `${name}: ${type}, ${size_bytes} bytes, SHA-256 ${sha256}`;
}

export function tableOf(records: FileRecord[]) {
  const rows = records.map(({ name, type, size_bytes, sha256 }) => [name, type, size_bytes, sha256]);
  return { type: "table" as const, data: { columns: ["name", "type", "size_bytes", "sha256"], rows } };
}
