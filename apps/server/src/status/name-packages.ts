import type { WorkerStatus } from "./status-schema.ts";

/** Of a worker with more packages only these are named. */
const mostPackages = 100;

/** What a worker has, as its status tells it. */
export function namePackages(
  packages: readonly { name: string; version: string }[],
): Pick<WorkerStatus, "packages" | "packageCount"> {
  const named = packages.slice(0, mostPackages).map(({ name, version }) => ({ name, version }));
  return { packages: named, packageCount: packages.length };
}
