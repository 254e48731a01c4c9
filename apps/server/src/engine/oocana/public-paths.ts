import { publicPath } from "../../packages/public-path.ts";
import { isRecord } from "../../values.ts";
import { authorTraceback } from "../author-traceback.ts";
import { createFolderHider, type HiddenFolder } from "../hide-folders.ts";
import type { PackagePlace } from "./link-packages.ts";
import { plainWords } from "./plain-words.ts";

type Event = Record<string, unknown>;

/**
 * Replaces, in what an event says about its place and about what went wrong, paths of this server by what callers see, and puts the
 * engine's own words into plain ones.
 */
export function createPathHider(
  packages: readonly PackagePlace[],
  others: readonly HiddenFolder[] = [],
): <One extends Event>(event: One) => One {
  const places = [...packages.map((one) => [one.directory, publicPath(one)] as const), ...others];
  const hideFolders = createFolderHider(places);
  const hide = (text: unknown) => (typeof text === "string" ? hideFolders(text) : text);
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
