import { readFileSync, writeFileSync } from "node:fs";
import type { HealthProber } from "./health-prober.ts";
import { type Target, tokens } from "./target.ts";

export interface Cost {
  /** Longest that the server's own loop was held, as it says in `/metrics`; `undefined` if it did not answer. */
  stallMs: number | undefined;
  /** Longest that `/healthz` took. */
  healthMs: number;
  healthFailures: number;
  /** By how much its memory grew at most, from what it was when the measurement began; `undefined` where the system does not tell. */
  extraBytes: number | undefined;
}

/** Measures one thing after the other. */
export interface Meter {
  /** What the server has cost since the last call. */
  take(): Promise<Cost>;
  residentBytes(): number | undefined;
}

export function createMeter(target: Target, prober: HealthProber): Meter {
  let startBytes: number | undefined;
  return {
    async take() {
      const peakBytes = memoryOf(target.pid, "VmHWM");
      const stallMs = await readStall(target).catch(() => undefined);
      const { longestMs, failures } = await prober.take();
      const isKnown = peakBytes !== undefined && startBytes !== undefined;
      const extraBytes = isKnown ? Math.max(0, peakBytes - (startBytes ?? 0)) : undefined;
      resetPeak(target.pid);
      startBytes = memoryOf(target.pid, "VmRSS");
      return { stallMs, healthMs: longestMs, healthFailures: failures, extraBytes };
    },
    residentBytes: () => memoryOf(target.pid, "VmRSS"),
  };
}

/** The worst of both. */
export function worse(one: Cost, other: Cost): Cost {
  const most = (left: number | undefined, right: number | undefined) =>
    left === undefined || right === undefined ? undefined : Math.max(left, right);
  return {
    stallMs: most(one.stallMs, other.stallMs),
    healthMs: Math.max(one.healthMs, other.healthMs),
    healthFailures: one.healthFailures + other.healthFailures,
    extraBytes: most(one.extraBytes, other.extraBytes),
  };
}

/** Reading it begins it anew. */
async function readStall(target: Target): Promise<number> {
  const headers = { Authorization: tokens.ops };
  const response = await fetch(`${target.origin}/metrics`, { headers, signal: AbortSignal.timeout(30_000) });
  const seconds = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(await response.text())?.[1];
  return Number(seconds) * 1_000;
}

function memoryOf(pid: number, field: "VmHWM" | "VmRSS"): number | undefined {
  try {
    const kib = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1_024;
  } catch {
    return undefined;
  }
}

function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Not on Linux, or it has ended: the peak is that of the whole run then.
  }
}
