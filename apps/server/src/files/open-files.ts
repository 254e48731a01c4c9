import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import type { FileStore } from "./file-store.ts";
import { createFolderFiles } from "./folder-files.ts";
import type { BucketOptions } from "./s3-bucket.ts";
import { openS3Files } from "./s3-files.ts";

/** Opens the file storage of a cluster: `s3://bucket/prefix`, or a folder that every machine sees. */
export async function openFiles(
  address: string,
  localDirectory: string,
  options: BucketOptions = {},
): Promise<FileStore> {
  if (/^[a-z0-9]+:\/\//i.test(address)) return openS3Files(address, localDirectory, options);
  const folder = resolve(address);
  await mkdir(folder, { recursive: true });
  return createFolderFiles(folder, localDirectory);
}
