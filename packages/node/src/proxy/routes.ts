import { path as pathOf } from "@oomol/connect-core/adapter";
import type { OperationName } from "./operation.ts";

/** A request that the proxy knows. */
export interface Route {
  name: OperationName;
  method: "GET" | "HEAD" | "POST" | "PATCH" | "DELETE";
  /** Set if the operation concerns one task, one upload, or one stream of many tasks; checked. */
  taskId: string | undefined;
  /** The path of a task's file, decoded; checked. */
  filePath: string | undefined;
  /** Below the server's base URL, built anew: it contains no text of the incoming path. */
  upstreamPath: string;
}

/** `{id}` and `{path}` enter only as checked values (connect-api 2, 6.5). */
const table: readonly (readonly [OperationName, method: Route["method"], path: string])[] = [
  ["blocks.list", "GET", "v1/blocks"],
  ["tasks.list", "GET", "v1/tasks"],
  ["tasks.create", "POST", "v1/tasks"],
  ["tasks.get", "GET", "v1/tasks/{id}"],
  ["tasks.follow", "POST", "v1/events/{id}"],
  ["tasks.stop", "POST", "v1/tasks/{id}/stop"],
  ["tasks.getLogs", "GET", "v1/tasks/{id}/logs"],
  ["tasks.getFile", "GET", "v1/tasks/{id}/files/{path}"],
  ["uploads.start", "POST", "v1/uploads"],
  ["uploads.resume", "HEAD", "v1/uploads/{id}"],
  ["uploads.resume", "PATCH", "v1/uploads/{id}"],
  ["uploads.delete", "DELETE", "v1/uploads/{id}"],
  ["packages.list", "GET", "packages"],
  ["packages.install", "POST", "packages/install"],
  ["packages.listInstallTasks", "GET", "packages/install"],
  ["packages.getInstallTask", "GET", "packages/install/{id}"],
  ["applets.list", "POST", "rpc/listApplets"],
];

/** The route of a request; `path` is what follows the mount path's slash. `undefined` if there is no such route. */
export function matchRoute(method: string, path: string): Route | undefined {
  // Longer than any path of the API, and than most servers accept.
  if (path.length > 4_000) return undefined;
  const segments = path.split("/");
  for (const [name, ownMethod, pattern] of table) {
    const mayBeHead = name === "tasks.getFile" && method === "HEAD";
    if (method !== ownMethod && !mayBeHead) continue;
    const values = matchSegments(pattern.split("/"), segments);
    if (!values) continue;
    const { id, path: filePath } = values;
    const upstream = pattern.split("/").flatMap((segment) => {
      if (segment === "{id}") return [id ?? ""];
      return segment === "{path}" ? (filePath ?? "").split("/") : [segment];
    });
    return {
      name,
      method: mayBeHead ? "HEAD" : ownMethod,
      taskId: id,
      filePath,
      upstreamPath: pathOf`/${upstream}`,
    };
  }
  return undefined;
}

function matchSegments(pattern: string[], segments: string[]): { id?: string; path?: string } | undefined {
  const values: { id?: string; path?: string } = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (expected === "{path}") {
      const names = segments.slice(index).map(decodeName);
      return names.every((name) => name !== undefined) ? { ...values, path: names.join("/") } : undefined;
    }
    if (expected === "{id}") {
      const id = decodeName(segment);
      if (id === undefined || !/^[\w.:~@+=-]{1,200}$/.test(id)) return undefined;
      values.id = id;
    } else if (segment !== expected) {
      return undefined;
    }
  }
  return segments.length === pattern.length ? values : undefined;
}

/** A name that stays below its place, even if a server decodes it once more; `undefined` for all others. */
function decodeName(segment: string): string | undefined {
  let name: string;
  try {
    name = decodeURIComponent(segment);
  } catch {
    return undefined;
  }
  const isHarmless = name !== "" && !/^\.+$/.test(name) && !/[/\\\p{Cc}]|%[0-9a-f]{2}/iu.test(name);
  return isHarmless ? name : undefined;
}
