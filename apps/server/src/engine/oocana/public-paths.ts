import type { InstalledPackage } from "../../packages/read-package.ts";
import { isRecord } from "../../values.ts";

type Event = Record<string, unknown>;

/** Replaces, in what an event says about its place, where this server keeps packages by what callers see. */
export function createPathHider(
  packages: readonly InstalledPackage[],
): <One extends Event>(event: One) => One {
  const places = packages.map(
    ({ directory, name, version }) => [directory, `/packages/${name}-${version}`] as const,
  );
  const hide = (path: unknown) => {
    if (typeof path !== "string") return path;
    const place = places.find(([directory]) => path === directory || /^[\\/]/.test(rest(path, directory)));
    return place ? place[1] + path.slice(place[0].length).replaceAll("\\", "/") : path;
  };
  return (event) => {
    const changed: Event = { ...event };
    for (const field of ["path", "flow_path", "block_path"]) {
      if (field in event) changed[field] = hide(event[field]);
    }
    if (typeof event.error === "string") {
      changed.error = places.reduce((text, [from, to]) => text.replaceAll(from, to), event.error);
    }
    if (Array.isArray(event.stacks)) {
      changed.stacks = event.stacks.map((level) =>
        isRecord(level) && "flow" in level ? { ...level, flow: hide(level.flow) } : level,
      );
    }
    // Cast: only the values of fields changed, strings for strings.
    return changed as typeof event;
  };
}

function rest(path: string, directory: string): string {
  return path.startsWith(directory) ? path.slice(directory.length) : "";
}
