import type { Context } from "@oomol/scriptlet";
import { describeFile, describeRecord, type FileRecord, tableOf } from "../../source/describe-file.ts";
import { progressByBytes } from "../../source/progress-by-bytes.ts";
import { sizeOfFile } from "../../source/size-of-file.ts";

export interface Inputs {
  input1?: string | null;
  /** Path of the uploaded file. */
  file: string;
}

export interface Outputs extends FileRecord {
  input1: string | null;
}

export default async function fileProcessor(
  params: Inputs,
  context: Context<Inputs, Outputs>,
): Promise<Partial<Outputs>> {
  const totalBytes = await sizeOfFile(params.file);
  const onBytes = progressByBytes(totalBytes, (percent) => context.reportProgress(percent));
  const record = await describeFile(params.file, onBytes);
  await context.reportLog(describeRecord(record));
  await context.preview(tableOf([record]));
  return { ...record, input1: params.input1 ?? null };
}
