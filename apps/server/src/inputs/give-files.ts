import { Refusal } from "../refusal.ts";
import { quoteList } from "../values.ts";
import { assignFiles } from "./assign-files.ts";
import { fileHandlesOf } from "./file-handles.ts";
import type { InputTaker } from "./input-taker.ts";

/** A file, and the handle of the input that it is for, if the caller has named one. */
export interface FileFor {
  path: string;
  handle: string | undefined;
}

/** Gives uploaded files to the inputs that they are for, or by their order. Throws a {@link Refusal} if that is not possible. */
export function giveFiles(taker: InputTaker, given: Map<string, unknown>, files: readonly FileFor[]): void {
  const handles = new Set(files.map(({ handle }) => handle));
  const pathsFor = (handle: string | undefined) =>
    files.filter((file) => file.handle === handle).map(({ path }) => path);
  for (const handle of handles) {
    if (handle !== undefined) giveNamed(taker, given, handle, pathsFor(handle));
  }
  assignFiles(taker, given, pathsFor(undefined));
}

function giveNamed(
  { title, inputs }: InputTaker,
  given: Map<string, unknown>,
  handle: string,
  paths: readonly string[],
): void {
  const declared = fileHandlesOf(inputs);
  const taker = declared.find((one) => one.handle === handle);
  if (!taker) {
    const names = quoteList(declared.map((one) => one.handle));
    const others = declared.length === 0 ? "none of its inputs does" : `those for files are ${names}`;
    throw new Refusal(400, `The input "${handle}" of ${title} takes no files; ${others}.`);
  }
  if (given.has(handle)) {
    throw new Refusal(
      400,
      `The input "${handle}" of ${title} got both a value and a file; give it one of them.`,
    );
  }
  if (!taker.isList && paths.length > 1) {
    throw new Refusal(400, `The input "${handle}" of ${title} takes one file, but got ${paths.length}.`);
  }
  const values = paths.map(taker.toValue);
  given.set(handle, taker.isList ? values : values[0]);
}
