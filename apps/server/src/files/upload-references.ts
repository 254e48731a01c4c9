import { basename, dirname } from "node:path";
import { changeAscii, JsonText } from "../json-text.ts";

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
  inputs: JsonText,
  toPath: (file: UploadedFile) => string,
): JsonText {
  const prefix = prefixOf(taskId);
  const { json } = inputs;
  if (!json.includes(prefix)) return inputs;
  // A whole text of JSON that was written without spaces, and no key: a quote inside of a text would have a backslash before it.
  const reference = new RegExp(
    String.raw`(?<=[,:[])"${prefix}(?:[^"\\]|\\.){0,${longestReference}}"(?!:)`,
    "g",
  );
  const resolve = (found: string) => {
    const file = parse((JSON.parse(found) as string).slice(prefix.length));
    return file ? JSON.stringify(toPath(file)) : found;
  };
  // Names of files are not ASCII alone.
  const resolveBytes = (found: string) =>
    Buffer.from(resolve(Buffer.from(found, "latin1").toString())).toString("latin1");
  const replace = typeof json === "string" ? resolve : resolveBytes;
  return new JsonText(changeAscii(json, (text) => text.replace(reference, replace)));
}

/** Of its JSON, behind the prefix: the longest name of a file, with each of its characters escaped. */
const longestReference = 8_000;

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
