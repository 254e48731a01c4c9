import { styleText } from "node:util";
import type {
  ExecutorCounts,
  RecentFailures,
  ServerDisk,
  ServerStatus,
  ServerWorker,
} from "@oomol/connect-node";
import { formatAge } from "@oomol/connect-shared/format-age";
import { formatBytes } from "@oomol/connect-shared/format-bytes";
import { formatTable, formatTime } from "./print.ts";

/** How a server is, in tables for people. Times are counted by the server's own clock. */
export function describeStatus(status: ServerStatus, stream: NodeJS.WriteStream): string {
  const title = (text: string) => styleText("bold", text, { stream });
  const { readAt, failures, workers, moreWorkers = 0 } = status;
  const parts = [formatTable(overview(status))];
  const more = moreWorkers > 0 ? `and ${moreWorkers} more\n` : "";
  parts.push(`${title("Workers")}\n${formatTable(workers.map((worker) => rowOf(worker, readAt)))}${more}`);
  if (failures.blocks.length > 0)
    parts.push(`${title("Failed in the last 24 hours")}\n${formatTable(failureRows(failures))}`);
  return parts.join("\n");
}

function overview({ kind, startedAt, readAt, versions, queue, executors, disk, failures }: ServerStatus) {
  const { oldest } = queue;
  const up = formatAge(readAt - startedAt, "en");
  const rows = [
    ["server", `${versions.server}, ${kind}, Node.js ${versions.node}, ${versions.database}, up for ${up}`],
    ["queue", `${queue.pending} waiting, ${queue.running} running`],
    ["processes", describeExecutors(executors)],
    ["disk", describeDisk(disk)],
    ["failures", `${failures.total}${failures.isPartial ? " or more" : ""} in the last 24 hours`],
  ];
  if (oldest) {
    const why = oldest.reason === undefined ? "" : `: ${oldest.reason}`;
    const waits = `${oldest.blockId} (${oldest.taskId}) for ${formatAge(readAt - oldest.createdAt, "en")}${why}`;
    rows.splice(2, 0, ["waits longest", waits]);
  }
  return rows;
}

function describeExecutors({ busy, warm, cold, retired }: ExecutorCounts): string {
  const gone = Object.entries(retired).map(([reason, count]) => `${count} ${reason}`);
  const sentAway = gone.length === 0 ? "" : `; sent away: ${gone.join(", ")}`;
  return `${busy} busy, ${warm} warm, ${cold} cold${sentAway}`;
}

function describeDisk({
  databaseBytes,
  filesBytes,
  dataBytes,
  isPartial,
  freeBytes,
  totalBytes,
}: ServerDisk): string {
  const size = (name: string, bytes: number | undefined) =>
    bytes === undefined
      ? []
      : [`${name} ${isPartial && name !== "database" ? "over " : ""}${formatBytes(bytes)}`];
  const free =
    freeBytes === undefined || totalBytes === undefined
      ? []
      : [`${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free`];
  const known = [
    ...size("database", databaseBytes),
    ...size("files", filesBytes),
    ...size("all data", dataBytes),
    ...free,
  ];
  return known.length === 0 ? "unknown" : known.join(", ");
}

const mostPackages = 4;

function rowOf(worker: ServerWorker, readAt: number): string[] {
  const { id, host = id, version = "older", isLive, slots, running, seenAt, packages, packageCount } = worker;
  const named = packages.slice(0, mostPackages).map(({ name, version }) => `${name} ${version}`);
  const more = packageCount - named.length;
  return [
    isLive ? "here" : "gone",
    host,
    version,
    `${running ?? "?"} of ${slots} places taken`,
    `seen ${formatAge(readAt - seenAt, "en")} ago`,
    [...named, ...(more > 0 ? [`${more} more`] : [])].join(", "),
  ];
}

function failureRows({ blocks }: RecentFailures): string[][] {
  return blocks.map(({ blockId, count, lastAt }) => [blockId, String(count), `last ${formatTime(lastAt)}`]);
}
