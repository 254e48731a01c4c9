import { fileInputOf } from "@oomol/connect-schemas";
import type { HandleManifest } from "../packages/manifest.ts";

/** An input that asks for an uploaded file. */
export interface FileHandle {
  handle: string;
  /** It takes any number of files instead of one. */
  isList: boolean;
  /** It has a default, or may be null. */
  isOptional: boolean;
  /** What the block gets for a file on this path. */
  toValue(path: string): unknown;
}

/** The inputs that ask for files, in the order of their declaration. */
export function fileHandlesOf(inputs: readonly HandleManifest[]): FileHandle[] {
  return inputs.flatMap((input) => {
    const file = fileInputOf(input.json_schema);
    if (!file) return [];
    const isOptional = Object.hasOwn(input, "value") || input.nullable === true;
    const toValue = file.isBytes ? bytesOf : pathOf;
    return [{ handle: input.handle, isList: file.isList, isOptional, toValue }];
  });
}

const pathOf = (path: string): unknown => path;

/** The executor reads the file behind this marker and hands over its bytes. */
const bytesOf = (path: string): unknown => ({ __OOMOL_TYPE__: "oomol/bin", value: path });
