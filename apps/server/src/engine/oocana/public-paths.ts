import { publicPath } from "../../packages/public-path.ts";
import { isRecord } from "../../values.ts";
import type { PackagePlace } from "./link-packages.ts";

type Event = Record<string, unknown>;

/** Replaces, in what an event says about its place, where this server keeps packages by what callers see. */
export function createPathHider(packages: readonly PackagePlace[]): <One extends Event>(event: One) => One {
  const places = packages.map((one) => [one.directory, publicPath(one)] as const);
  const hide = (path: unknown) => {
    if (typeof path !== "string") return path;
    const place = places.find(([directory]) => path === directory || /^[\\/]/.test(rest(path, directory)));
    return place ? place[1] + path.slice(place[0].length).replaceAll("\\", "/") : path;
  };
  const hideWithin = (text: unknown) =>
    typeof text === "string"
      ? places.reduce((hidden, [from, to]) => hidden.replaceAll(from, to), text)
      : text;
  const hideInLevels = (stack: unknown) =>
    Array.isArray(stack)
      ? stack.map((level) =>
          isRecord(level) && "flow" in level ? { ...level, flow: hide(level.flow) } : level,
        )
      : stack;
  return (event) => {
    const changed: Event = { ...event };
    for (const field of ["path", "flow_path", "block_path"]) {
      if (field in event) changed[field] = hide(event[field]);
    }
    if ("error" in event) changed.error = hideWithin(event.error);
    if ("stacks" in event) changed.stacks = hideInLevels(event.stacks);
    // The account of a flow's failure: the words of its block, and the way to it (oocana-protocol 2.5).
    if (isRecord(event._error)) {
      const { message, stack } = event._error;
      changed._error = { ...event._error, message: hideWithin(message), stack: hideInLevels(stack) };
    }
    // Cast: only the values of fields changed, strings for strings.
    return changed as typeof event;
  };
}

function rest(path: string, directory: string): string {
  return path.startsWith(directory) ? path.slice(directory.length) : "";
}
