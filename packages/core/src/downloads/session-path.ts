import type { RunResult } from "../run/task-run.ts";
import type { TaskLog } from "../types.ts";

/**
 * The part of a server's path below a task's session directory, with slashes; `undefined` if the path is not below it.
 * Blocks name their files by full paths; servers serve them by this part (connect-api 6.5).
 */
export function pathInSession(path: string, sessionId: string): string | undefined {
  // In a POSIX path a backslash is part of a name.
  const segments = path.split(path.startsWith("/") ? "/" : /[\\/]/);
  const position = segments.indexOf(sessionId);
  const inside = segments.slice(position + 1);
  if (position < 0 || inside.length === 0 || !inside.every(isName)) return undefined;
  return inside.join("/");
}

/** A path that is already relative to the session directory, with slashes; `undefined` for any other. */
export function relativePath(path: string): string | undefined {
  // An empty first segment begins an absolute path; a colon, a Windows drive. A backslash may be part of a name.
  const isInside = path.split("/").every(isName) && !path.split(/[\\/]/).includes("..");
  return isInside && !/^[A-Za-z]:/.test(path) ? path : undefined;
}

/** The session that wrote these logs. */
export function sessionOf(logs: readonly TaskLog[] | undefined): string | undefined {
  return logs?.find((log) => log.session_id)?.session_id;
}

/** The files that a result names, at any depth, each by its path below the session directory. */
export function filesOfResult({ result, logs }: Pick<RunResult, "result" | "logs">): string[] {
  const sessionId = sessionOf(logs);
  const found = new Set<string>();
  const waiting: unknown[] = [result];
  while (waiting.length > 0) {
    const value = waiting.pop();
    // One by one: a list may be longer than a call may have arguments.
    if (typeof value === "object" && value !== null) {
      for (const inner of Object.values(value).reverse()) waiting.push(inner);
    }
    const path = typeof value === "string" && sessionId ? pathInSession(value, sessionId) : undefined;
    if (path !== undefined) found.add(path);
  }
  return [...found];
}

function isName(segment: string): boolean {
  return segment !== "" && segment !== "." && segment !== "..";
}
