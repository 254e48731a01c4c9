import type { Download } from "./download.ts";

/** The whole file, or nothing if it is longer: the rest is then not requested. */
export async function readUpTo(
  file: Download,
  mostBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (file.sizeBytes !== undefined && file.sizeBytes > mostBytes) return undefined;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let sizeBytes = 0;
  for await (const chunk of file) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > mostBytes) return undefined;
    chunks.push(new Uint8Array(chunk));
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
