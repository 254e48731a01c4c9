import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const isLinux = process.platform === "linux";
/** Where a look means a process of its own, it is taken less often. */
const lookMs = isLinux ? 20 : 250;

/** Looks at the resident memory of another process until `stop` answers by how many MiB it has grown at most. */
export function watchMemory(pid: number): { stop(): number } {
  const startMib = residentMib(pid);
  let mostMib = startMib;
  const look = () => {
    mostMib = Math.max(mostMib, residentMib(pid));
  };
  const timer = setInterval(look, lookMs);
  return {
    stop() {
      clearInterval(timer);
      look();
      return mostMib - startMib;
    },
  };
}

/** Not on Windows, which has no `ps`. */
function residentMib(pid: number): number {
  const kib = isLinux
    ? /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    : execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return Number(kib) / 1_024;
}
