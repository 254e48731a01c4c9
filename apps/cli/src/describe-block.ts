import { styleText } from "node:util";
import type { Block, BlockHandle } from "@oomol/connect-node";
import { fileInputOf, readSchema, typesOfSchema } from "@oomol/connect-schemas";
import { descriptionOf, titleOf } from "@oomol/connect-shared/words-of-block";
import { formatTable } from "./print.ts";
import { printable, printableLine } from "./printable.ts";

/** A block for people: what it does, takes and gives, and a command that runs it. */
export function describeBlock(block: Block): string {
  const { blockId, version, inputs = [], outputs = [] } = block;
  const head = [
    `${styleText("cyan", printableLine(blockId))}  ${styleText("dim", `v${printableLine(version ?? "?")}`)}`,
  ];
  for (const words of new Set([titleOf(block), descriptionOf(block)]))
    if (words) head.push(printable(words, "  "));
  const flags = inputs.filter(isRequired).map(exampleFlag);
  const parts = [
    `${head.join("\n")}\n`,
    section("Inputs", inputs.map(inputRow)),
    section(
      "Outputs",
      outputs.map((output) => [output.handle, typeWords(output), output.description ?? ""]),
    ),
    `Example:\n  oomol-connect run ${printableLine([quoted(blockId), ...flags].join(" "))}\n`,
  ];
  return parts.filter((part) => part !== "").join("\n");
}

function section(title: string, rows: readonly string[][]): string {
  if (rows.length === 0) return "";
  return `${title}:\n${formatTable(rows).replace(/^/gm, "  ").trimEnd()}\n`;
}

function inputRow(input: BlockHandle): string[] {
  const fallback = isRequired(input) ? "required" : `default ${defaultOf(input)}`;
  const [words = ""] = (input.description ?? "").split("\n");
  return [input.handle, typeWords(input), fallback, words];
}

function isRequired(input: BlockHandle): boolean {
  return !Object.hasOwn(input, "value") && input.nullable !== true;
}

function defaultOf(input: BlockHandle): string {
  if (rulesOf(input).contentMediaType === "oomol/secret") return "hidden";
  const text = JSON.stringify(input.value ?? null);
  return text.length > mostCharacters ? `${[...text].slice(0, mostCharacters - 1).join("")}…` : text;
}

const mostCharacters = 40;

/** The types of its values, in the words of JSON; of few possible values, these. */
function typeWords({ json_schema, nullable }: BlockHandle): string {
  const file = fileInputOf(json_schema);
  if (file) return file.isList ? "files" : "file";
  const { enum: values } = Object(json_schema) as { enum?: unknown };
  if (Array.isArray(values)) return valuesWords(values);
  const reading = readSchema(json_schema ?? true);
  if ("unusable" in reading) return "any";
  const types = typesOfSchema(reading);
  if (types.size >= 6) return "any";
  return [...new Set([...types, ...(nullable ? ["null"] : [])])].join(" | ");
}

function valuesWords(values: readonly unknown[]): string {
  const shown = values.slice(0, mostValues).map((value) => JSON.stringify(value));
  const more = values.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(" | ");
}

const mostValues = 6;

function exampleFlag(input: BlockHandle): string {
  if (fileInputOf(input.json_schema)) return `--file ${quoted(input.handle)}=FILE`;
  return `--input ${quoted(input.handle)}=${quoted(exampleOf(input))}`;
}

/** A value that the block takes, as `--input` reads it. */
function exampleOf(input: BlockHandle): string {
  const rules = rulesOf(input);
  const [given] = [rules.examples, rules.enum, [rules.const ?? rules.default]]
    .filter(Array.isArray)
    .map(([first]) => first)
    .filter((value) => value !== undefined);
  if (given !== undefined) return typeof given === "string" ? given : JSON.stringify(given);
  const reading = readSchema(input.json_schema ?? true);
  const [type] = "unusable" in reading ? ["string"] : typesOfSchema(reading);
  if (type === "number") return String(rules.minimum ?? 1);
  return { array: "[]", boolean: "true", null: "null", object: "{}" }[type ?? ""] ?? "text";
}

function rulesOf({ json_schema }: BlockHandle): Record<string, unknown> {
  return Object(json_schema) as Record<string, unknown>;
}

/** For a shell. */
function quoted(text: string): string {
  return /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
