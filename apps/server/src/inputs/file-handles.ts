import type { HandleManifest } from "../packages/manifest.ts";
import { isRecord } from "../values.ts";

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
    const items = input.json_schema?.items;
    const toValue = fileValue(input.json_schema) ?? fileValue(items);
    if (!toValue) return [];
    const isList = fileValue(input.json_schema) === undefined || input.json_schema?.type === "array";
    const isOptional = Object.hasOwn(input, "value") || input.nullable === true;
    return [{ handle: input.handle, isList, isOptional, toValue }];
  });
}

function fileValue(schema: unknown): FileHandle["toValue"] | undefined {
  if (!isRecord(schema)) return undefined;
  // The executor reads the file behind this marker and hands over its bytes.
  if (schema.contentMediaType === "oomol/bin")
    return (path) => ({ __OOMOL_TYPE__: "oomol/bin", value: path });
  return schema["ui:widget"] === "file" ? (path) => path : undefined;
}
