import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** How much memory of the machine a process holds now. Not on Windows, which has no `ps`. */
export function residentMib(pid: number | undefined): number {
  const kib =
    process.platform === "linux"
      ? /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
      : execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return Number(kib) / 1_024;
}
