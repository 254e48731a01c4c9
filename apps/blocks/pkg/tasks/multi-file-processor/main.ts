import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "@oomol/scriptlet";
import { describeFile, describeRecord, type FileRecord, tableOf } from "../../source/describe-file.ts";
import { progressByBytes } from "../../source/progress-by-bytes.ts";
import { sizeOfFile } from "../../source/size-of-file.ts";
import { writeArchive } from "../../source/write-archive.ts";

export interface Inputs {
  input1?: string | null;
  /** Paths of the uploaded files. */
  files: string[];
}

export interface Outputs {
  input1: string | null;
  files: FileRecord[];
  /** Path of a ZIP of all files. */
  archive: string;
  archive_size_bytes: number;
}

export default async function multiFileProcessor(
  { input1, files }: Inputs,
  context: Context<Inputs, Outputs>,
): Promise<Partial<Outputs>> {
  if (!Array.isArray(files) || files.length === 0) throw new Error(`"files" must hold at least one file.`);
  const sizes = await Promise.all(files.map(sizeOfFile));
  // Each file is read twice: for its record, then for the archive.
  const totalBytes = 2 * sizes.reduce((sum, size) => sum + size, 0);
  const onBytes = progressByBytes(totalBytes, (percent) => context.reportProgress(percent));

  const records: FileRecord[] = [];
  for (const path of files) {
    const record = await describeFile(path, onBytes);
    await context.reportLog(describeRecord(record));
    records.push(record);
  }
  await context.preview(tableOf(records));

  const archive = await createArchivePath(context.sessionDir);
  const members = files.map((path, index) => ({ path, sizeBytes: records[index]?.size_bytes ?? 0 }));
  await writeArchive(archive, members, onBytes);
  const archiveSizeBytes = await sizeOfFile(archive);
  await context.reportLog(`Packed ${files.length} files into ${archiveSizeBytes} bytes.`);
  return { input1: input1 ?? null, files: records, archive, archive_size_bytes: archiveSizeBytes };
}

async function createArchivePath(sessionDir: string): Promise<string> {
  const directory = join(sessionDir, "archive");
  await mkdir(directory, { recursive: true });
  return join(directory, `files-${randomUUID()}.zip`);
}
