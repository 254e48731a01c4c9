import { isRecord } from "./json-schema.ts";

/** What an input for uploaded files takes. */
export interface FileInput {
  /** It takes any number of files instead of one. */
  isList: boolean;
  /** The block gets the bytes (`oomol/bin`) instead of a path. */
  isBytes: boolean;
}

/** Whether an input takes uploaded files (connect-api 3); undefined for any other input. */
export function fileInputOf(jsonSchema: unknown): FileInput | undefined {
  const { type, items } = Object(jsonSchema) as Record<string, unknown>;
  const own = fileKindOf(jsonSchema);
  if (own) return { isList: type === "array", isBytes: own === "bytes" };
  const inner = fileKindOf(items);
  return inner && { isList: true, isBytes: inner === "bytes" };
}

function fileKindOf(schema: unknown): "bytes" | "path" | undefined {
  if (!isRecord(schema)) return undefined;
  if (schema.contentMediaType === "oomol/bin") return "bytes";
  return schema["ui:widget"] === "file" ? "path" : undefined;
}
