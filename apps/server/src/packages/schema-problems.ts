import { readSchema } from "@oomol/connect-schemas";
import type { HandleManifest } from "./manifest.ts";
import type { PackageProblem } from "./package-problem.ts";

interface Declaring {
  path: string;
  inputs?: HandleManifest[];
}

/** The inputs whose values go through unchecked, because their `json_schema` cannot be used. */
export function findSchemaProblems({ path, inputs = [] }: Declaring): PackageProblem[] {
  return inputs.flatMap(({ handle, json_schema }) => {
    const reading = json_schema == null ? {} : readSchema(json_schema);
    if (!("unusable" in reading)) return [];
    return [
      { path, message: `The input "${handle}" is not checked: of its json_schema, ${reading.unusable}.` },
    ];
  });
}
