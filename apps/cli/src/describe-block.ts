import { styleText } from "node:util";
import type { Block, BlockHandle } from "@oomol/connect-node";
import { fileInputOf } from "@oomol/connect-schemas";
import { descriptionOf, titleOf } from "@oomol/connect-shared/words-of-block";
import { exampleValue } from "./example-value.ts";
import { formatTable } from "./print.ts";
import { printable, printableLine } from "./printable.ts";
import { typeWords } from "./type-words.ts";

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
  const { contentMediaType } = Object(input.json_schema) as Record<string, unknown>;
  if (contentMediaType === "oomol/secret") return "hidden";
  const text = JSON.stringify(input.value ?? null);
  return text.length > mostCharacters ? `${[...text].slice(0, mostCharacters - 1).join("")}…` : text;
}

const mostCharacters = 40;

function exampleFlag(input: BlockHandle): string {
  if (fileInputOf(input.json_schema)) return `--file ${quoted(input.handle)}=FILE`;
  return `--input ${quoted(input.handle)}=${quoted(exampleValue(input))}`;
}

/** For a shell. */
function quoted(text: string): string {
  return /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
