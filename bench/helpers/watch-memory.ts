import { residentMib } from "./resident-mib.ts";

/** Where a look means a process of its own, it is taken less often. */
const lookMs = process.platform === "linux" ? 20 : 250;

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
