import { realpathSync } from "node:fs";
import { publicPath } from "../../packages/public-path.ts";
import { isRecord } from "../../values.ts";
import { authorTraceback } from "../author-traceback.ts";
import type { PackagePlace } from "./link-packages.ts";
import { plainWords } from "./plain-words.ts";

type Event = Record<string, unknown>;

/** A folder of this server, and what callers see instead. */
export type HiddenFolder = readonly [path: string, shown: string];

/**
 * Replaces, in what an event says about its place and about what went wrong, paths of this server by what callers see, and puts the
 * engine's own words into plain ones.
 */
export function createPathHider(
  packages: readonly PackagePlace[],
  others: readonly HiddenFolder[] = [],
): <One extends Event>(event: One) => One {
  const places = [...packages.map((one) => [one.directory, publicPath(one)] as const), ...others];
  const shown = new Map(places.flatMap(([path, name]) => pathsOf(path).map((one) => [one, name] as const)));
  const found = patternOf([...shown.keys()]);
  const hide = (text: unknown) =>
    typeof text !== "string" ? text : text.replace(found, (path) => shown.get(path) ?? path);
  /** With slashes, as callers write places everywhere. */
  const hidePlace = (path: unknown) => {
    const hidden = hide(path);
    return typeof hidden === "string" && hidden !== path ? hidden.replaceAll("\\", "/") : hidden;
  };
  const explain = (text: unknown) =>
    typeof text !== "string" ? text : hide(authorTraceback(plainWords(text)));
  const hideInLevels = (stack: unknown) =>
    Array.isArray(stack)
      ? stack.map((level) =>
          isRecord(level) && "flow" in level ? { ...level, flow: hidePlace(level.flow) } : level,
        )
      : stack;
  return (event) => {
    const changed: Event = { ...event };
    for (const field of ["path", "flow_path", "block_path"]) {
      if (field in event) changed[field] = hidePlace(event[field]);
    }
    for (const field of ["error", "warning"]) if (field in event) changed[field] = explain(event[field]);
    if ("stacks" in event) changed.stacks = hideInLevels(event.stacks);
    // The account of a flow's failure: the words of its block, and the way to it (oocana-protocol 2.5).
    if (isRecord(event._error)) {
      const { message, stack } = event._error;
      changed._error = {
        ...event._error,
        ...(message !== undefined && { message: explain(message) }),
        ...(stack !== undefined && { stack: hideInLevels(stack) }),
      };
    }
    // Cast: only the values of fields changed, strings for strings.
    return changed as typeof event;
  };
}

/** As it was given, and where it leads: the engine and its executors tell either. */
function pathsOf(path: string): string[] {
  try {
    return [...new Set([path, realpathSync(path)])];
  } catch {
    return [path];
  }
}

/** Whole folders only, the innermost first. */
function patternOf(paths: readonly string[]): RegExp {
  const longestFirst = paths
    .filter((path) => path.length > 1)
    .sort((one, other) => other.length - one.length);
  const escaped = longestFirst.map((path) => path.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?<![\\w.-])(?:${escaped.join("|") || "(?!)"})(?![\\w-]|\\.\\w)`, "g");
}
