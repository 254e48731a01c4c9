import { stat } from "node:fs/promises";
import { YAMLParseError } from "yaml";
import { z } from "zod";
import { isRecord, messageOf } from "../values.ts";
import { type ExactYaml, parseExactYaml } from "./exact-yaml.ts";
import { readSmallFile } from "./read-small-file.ts";

/** Far more than a person can read; what a package declares is looked through with every task. */
const mostHandles = 1_000;
const mostBytes = 2 ** 20;

/** The text of a manifest. Editors leave two separators behind, which YAML would read as line breaks. */
export async function readManifestText(file: string): Promise<string> {
  return (await readSmallFile(file, mostBytes)).replaceAll(/[\u2028\u2029]/g, "");
}

/** For people alone: a number counts as its text, and what is neither as nothing. */
export const wordsSchema = z
  .unknown()
  .transform((value) =>
    typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined,
  )
  .optional();

const handleSchema = z.looseObject({
  handle: z.string(),
  description: wordsSchema,
  // Whatever it is: one that cannot be used costs its own handle the check, and nobody the block.
  json_schema: z.unknown().optional(),
  nullable: z.boolean().nullish(),
});

// Items without a handle are separators that only an editor shows.
export const handlesSchema = z
  .array(z.union([handleSchema, z.looseObject({ group: z.unknown() })]))
  .max(mostHandles, `more than ${mostHandles} of them`)
  .transform((items) => items.filter((item): item is HandleManifest => "handle" in item))
  .nullish();

const additionalSchema = z
  .unknown()
  .optional()
  .transform((value) => value === true || (typeof value === "object" && value !== null));

const executorSchema = z.looseObject({
  name: z.string(),
  options: z
    .looseObject({
      entry: z.string().nullish(),
      function: z.string().nullish(),
      spawn: z.boolean().nullish(),
    })
    .nullish(),
});

const blockSchema = z.looseObject({
  executor: executorSchema,
  title: wordsSchema,
  description: wordsSchema,
  inputs_def: handlesSchema,
  outputs_def: handlesSchema,
  additional_inputs: additionalSchema,
  additional_outputs: additionalSchema,
});

// No block needs these fields: one that cannot be used costs itself alone.
const packageSchema = z
  .looseObject({
    name: z.unknown().optional(),
    version: z.unknown().optional(),
    dependencies: z.unknown().optional(),
  })
  .transform(({ name, version, dependencies }) => {
    const problems: string[] = [];
    const textOf = (field: string, value: unknown): string | undefined => {
      const text = wordsSchema.parse(value);
      if (text === undefined && value != null) problems.push(`"${field}" is left out: it is not a text`);
      return text;
    };
    if (dependencies != null && !isRecord(dependencies))
      problems.push('"dependencies" is left out: it is not an object of versions by name');
    const versions = Object.entries(isRecord(dependencies) ? dependencies : {}).map(
      ([dependency, one]) => [dependency, textOf(`dependencies.${dependency}`, one)] as const,
    );
    return {
      name: textOf("name", name),
      version: textOf("version", version),
      dependencies: Object.fromEntries(versions.filter(isNamed)),
      problems,
    };
  });

const isNamed = (entry: readonly [string, string | undefined]): entry is [string, string] =>
  entry[1] !== undefined;

/** A declared input or output, as its manifest has it. */
export type HandleManifest = z.infer<typeof handleSchema>;
export type BlockManifest = z.infer<typeof blockSchema>;
export type PackageManifest = z.infer<typeof packageSchema>;

/** Reads `task.oo.yaml` or `block.oo.yaml`; throws an error that names the file and the reason. */
export const readBlockManifest = (file: string): Promise<BlockManifest> => readManifest(file, blockSchema);

/** Reads `package.oo.yaml`; throws an error that names the file and the reason. */
export const readPackageManifest = (file: string): Promise<PackageManifest> =>
  readManifest(file, packageSchema);

/** The block packages that a package needs, by the `dependencies` of its manifest. */
export async function readPackageDependencies(
  file: string | undefined,
): Promise<{ name: string; version: string }[]> {
  const { dependencies } = file === undefined ? {} : await readPackageManifest(file);
  return Object.entries(dependencies ?? {}).map(([name, version]) => ({ name, version }));
}

/** A manifest that cannot be used: which file, and why. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
  /** Without the file, whose path is not for callers. */
  readonly reason: string;

  constructor(file: string, reason: string) {
    super(`${file}: ${reason}`);
    this.reason = reason;
  }
}

const known = new Map<string, { stamp: string; manifest: unknown; inexact: readonly string[] }>();

/** The numbers of a manifest that has been read that stand in it as texts, since nobody could read them as they are. */
export const inexactNumbersOf = (file: string): readonly string[] => known.get(file)?.inexact ?? [];

/** Parses a file once for as long as it does not change. */
export async function readManifest<Manifest>(file: string, schema: z.ZodType<Manifest>): Promise<Manifest> {
  const { text, stamp } = await readStamped(file);
  const cached = known.get(file);
  // Cast: a file name decides the schema, so what is kept under it has that type.
  if (text === undefined) return cached?.manifest as Manifest;
  const { value, inexact } = parseYaml(file, text);
  const checked = schema.safeParse(value ?? {});
  if (!checked.success) {
    const [issue] = checked.error.issues.map(innermost);
    throw new ManifestError(
      file,
      `${issue?.path.join(".") || "the document"}: ${issue?.message ?? "not valid"}`,
    );
  }
  known.set(file, { stamp, manifest: checked.data, inexact });
  return checked.data;
}

type Issue = Pick<z.core.$ZodIssue, "path" | "message">;

/** Of something that fits none of several forms: what is wrong with it in the form that it comes closest to. */
function innermost(issue: z.core.$ZodIssue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors.flatMap(([first]) => (first ? [innermost(first)] : []));
  const [closest] = inner.sort((one, other) => other.path.length - one.path.length);
  return closest ? { message: closest.message, path: [...issue.path, ...closest.path] } : issue;
}

/** The text is absent if the file is as it was last time. */
async function readStamped(file: string): Promise<{ text?: string; stamp: string }> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    const stamp = `${mtimeMs}:${size}:${ino}`;
    if (known.get(file)?.stamp === stamp) return { stamp };
    return { text: await readManifestText(file), stamp };
  } catch (error) {
    throw new ManifestError(file, messageOf(error));
  }
}

function parseYaml(file: string, text: string): ExactYaml {
  try {
    return parseExactYaml(text);
  } catch (error) {
    if (error instanceof YAMLParseError && error.code === "RESOURCE_EXHAUSTION") {
      throw new ManifestError(file, `${fieldAt(text, error.pos[0])}: nested too deeply to be read`);
    }
    // The lines after the first draw the place; the first has its line and column.
    const [reason = ""] = messageOf(error).split("\n");
    throw new ManifestError(file, reason.replace(/:$/, ""));
  }
}

/** The field of the document itself in which a place lies. */
function fieldAt(text: string, position: number): string {
  const fields = [...text.slice(0, position).matchAll(/^["']?([\w-]+)["']?\s*:/gm)];
  return fields.at(-1)?.[1] ?? "the document";
}
