import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** A folder of this server, and what callers see instead. */
export type HiddenFolder = readonly [path: string, shown: string];

/** Replaces, in a text, the folders of this server by what callers see. */
export function createFolderHider(folders: readonly HiddenFolder[]): (text: string) => string {
  const shown = new Map(
    folders.flatMap(([path, name]) => spellings(path).map((one) => [one, name] as const)),
  );
  const found = patternOf([...shown.keys()]);
  return (text) => text.replace(found, (path) => shown.get(path) ?? path);
}

/** As it was given, and where it leads: engine and executors tell either. And as each stands in the address of a file. */
function spellings(path: string): string[] {
  const paths = [path, whereItLeads(path)];
  return [...new Set([...paths, ...paths.map((one) => pathToFileURL(one).pathname)])];
}

function whereItLeads(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
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
