import type { ServerDisk } from "@oomol/connect-browser";
import { formatBytes } from "@oomol/connect-shared/format-bytes";
import { Legend } from "./legend.tsx";
import { Share } from "./share.tsx";
import { useStatusWords } from "./use-status-words.ts";

/** What the server's data takes, and how much room there is. */
export function DiskCard({ disk }: { disk: ServerDisk }) {
  const words = useStatusWords();
  const { databaseBytes = 0, filesBytes = 0, dataBytes, isPartial, freeBytes, totalBytes } = disk;
  const own = Math.max(dataBytes ?? 0, databaseBytes + filesBytes);
  const otherBytes = dataBytes === undefined ? undefined : Math.max(0, own - databaseBytes - filesBytes);
  // In a cluster the database may be on another machine.
  const used = totalBytes === undefined || freeBytes === undefined ? undefined : totalBytes - freeBytes;
  const isOwnDisk = dataBytes !== undefined;
  const size = (bytes: number) => (isPartial ? words.atLeast(formatBytes(bytes)) : formatBytes(bytes));
  const rows: (readonly [string, string, string])[] = [];
  if (disk.databaseBytes !== undefined) rows.push(["busy", words.database, formatBytes(databaseBytes)]);
  if (disk.filesBytes !== undefined) rows.push(["warm", words.files, size(filesBytes)]);
  if (otherBytes !== undefined) rows.push(["cold", words.otherData, size(otherBytes)]);
  if (used !== undefined)
    rows.push(["other", words.usedByOthers, formatBytes(Math.max(0, used - (isOwnDisk ? own : 0)))]);
  return (
    <section className="card" aria-labelledby="disk-title">
      <h2 id="disk-title">{words.disk}</h2>
      {freeBytes !== undefined && totalBytes !== undefined ? (
        <>
          <p className="disk-free">{words.free(formatBytes(freeBytes), formatBytes(totalBytes))}</p>
          <Share
            parts={[
              ["busy", isOwnDisk ? databaseBytes : 0, totalBytes],
              ["warm", isOwnDisk ? filesBytes : 0, totalBytes],
              ["cold", isOwnDisk ? (otherBytes ?? 0) : 0, totalBytes],
              ["other", (used ?? 0) - (isOwnDisk ? own : 0), totalBytes],
            ]}
          />
        </>
      ) : (
        <p className="note">{words.unknownDisk}</p>
      )}
      <Legend rows={rows} />
    </section>
  );
}
