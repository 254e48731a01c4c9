import { Refusal } from "../refusal.ts";
import { quoteList } from "../values.ts";
import { type FileHandle, fileHandlesOf } from "./file-handles.ts";
import type { InputTaker } from "./input-taker.ts";

/**
 * Gives uploaded files, in the order of their parts, to the inputs that ask for files and have no value yet.
 * Throws a {@link Refusal} if it is not clear which file belongs to which input.
 */
export function assignFiles(
  { title, inputs }: InputTaker,
  given: Map<string, unknown>,
  files: readonly string[],
): void {
  if (files.length === 0) return;
  const declared = fileHandlesOf(inputs);
  const open = declared.filter((input) => !given.has(input.handle));
  if (open.length === 0) {
    const why = declared.length === 0 ? "takes no files" : `got a value for ${names(declared)} already`;
    throw new Refusal(400, `${countFiles(files)} uploaded, but ${title} ${why}.`);
  }

  const lists = open.filter((input) => input.isList);
  if (lists.length > 1) {
    throw new Refusal(
      400,
      `${countFiles(files)} uploaded, but which belongs to which of ${names(lists)} of ${title} is not clear; give all but one of them a value.`,
    );
  }
  const takers = chooseTakers(open, files.length);
  const singles = takers.filter((input) => !input.isList).length;
  const isEnough = lists.length > 0 ? files.length >= singles : files.length === singles;
  if (!isEnough) {
    throw new Refusal(
      400,
      `${countFiles(files)} uploaded, but ${title} takes ${describeTakers(open, lists.length > 0)}.`,
    );
  }

  const remaining = [...files];
  for (const taker of takers) {
    const count = taker.isList ? files.length - singles : 1;
    const values = remaining.splice(0, count).map(taker.toValue);
    if (!taker.isList) given.set(taker.handle, values[0]);
    else if (values.length > 0) given.set(taker.handle, values);
  }
}

/** All open inputs, or only those that must have a file if that is what the number of files says. */
function chooseTakers(open: readonly FileHandle[], fileCount: number): readonly FileHandle[] {
  const required = open.filter((input) => !input.isOptional);
  const singles = open.filter((input) => !input.isList);
  return fileCount < singles.length && required.length === fileCount ? required : open;
}

function describeTakers(open: readonly FileHandle[], hasList: boolean): string {
  const singles = open.filter((input) => !input.isList).length;
  return `${hasList ? "at least " : ""}${singles} (${names(open)})`;
}

function countFiles(files: readonly string[]): string {
  return files.length === 1 ? "1 file was" : `${files.length} files were`;
}

function names(inputs: readonly FileHandle[]): string {
  return quoteList(inputs.map((input) => input.handle));
}
