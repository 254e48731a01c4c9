import { basename, dirname } from "node:path";
import { isRecord } from "../values.ts";

/** What stands for an uploaded file until a task runs: where it lies then is known only there. */
export function referTo(taskId: string, file: string): string {
  return `${prefixOf(taskId)}${basename(dirname(file))}/${basename(file)}`;
}

/** An uploaded file: the position of its part in the form, and its name. */
export interface UploadedFile {
  part: string;
  name: string;
}

/** Replaces every reference to an upload of this task, wherever it is in the inputs. */
export function resolveReferences(
  taskId: string,
  inputs: Record<string, unknown>,
  toPath: (file: UploadedFile) => string,
): Record<string, unknown> {
  const prefix = prefixOf(taskId);
  const resolve = (value: unknown): unknown => {
    if (typeof value === "string") {
      const file = value.startsWith(prefix) ? parse(value.slice(prefix.length)) : undefined;
      return file ? toPath(file) : value;
    }
    if (Array.isArray(value)) return value.map(resolve);
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
  };
  return Object.fromEntries(Object.entries(inputs).map(([handle, value]) => [handle, resolve(value)]));
}

function prefixOf(taskId: string): string {
  return `upload:${taskId}/`;
}

/** As `referTo` wrote it; nothing else leads anywhere. */
function parse(text: string): UploadedFile | undefined {
  const [, part, name] = /^(\d+)\/([^/\\\0]+)$/.exec(text) ?? [];
  return part === undefined || name === undefined || name === "." || name === ".."
    ? undefined
    : { part, name };
}
