import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { parseBoundedJson } from "../bounded-json.ts";
import { isRecord, messageOf, quoteList } from "../values.ts";
import { readSmallFile } from "./read-small-file.ts";

/** Words by their keys, by language: `{ "zh-CN": { greet: "…" } }`. */
export type PackageWords = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The folder of a package that holds a JSON file for each language. */
export const wordsFolder = "oo-locales";

const mostLanguages = 100;
const mostBytes = 2 ** 20;

/** Reads `oo-locales/LANGUAGE.json`. What cannot be read has no words, and is told to `tell` with its file. */
export async function readWords(
  directory: string,
  tell: (file: string, reason: string) => void,
): Promise<PackageWords> {
  const folder = join(directory, wordsFolder);
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json")).sort();
  for (const name of files.slice(mostLanguages))
    tell(name, `a package has ${mostLanguages} languages at most`);
  const entries = await Promise.all(
    files
      .slice(0, mostLanguages)
      .map(async (name) => [
        name.slice(0, -".json".length),
        await readFileOf(join(folder, name), (reason) => tell(name, reason)),
      ]),
  );
  return Object.fromEntries(entries);
}

async function readFileOf(file: string, tell: (reason: string) => void): Promise<Record<string, string>> {
  const words = await parseFileOf(file).catch((error: unknown) => tell(messageOf(error)));
  if (words === undefined) return {};
  const entries = Object.entries(words);
  const others = entries.filter(([, text]) => typeof text !== "string").map(([key]) => key);
  if (others.length > 0) tell(`${quoteList(others)} must be text`);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

async function parseFileOf(file: string): Promise<Record<string, unknown>> {
  const words = parseBoundedJson(await readSmallFile(file, mostBytes));
  if (!isRecord(words)) throw new Error("it must be an object of texts");
  return words;
}

/** The keys of `%key%` in what is said to people that no language has. */
export function findMissingWords(said: unknown, words: PackageWords): string[] {
  const missing = new Set<string>();
  const languages = Object.values(words);
  replaceWords(said, (key) => {
    if (key !== "" && !languages.some((one) => Object.hasOwn(one, key))) missing.add(key);
    return undefined;
  });
  return [...missing];
}

/** Replaces `%key%` wherever a manifest has words for people; values, defaults and choices stay as they are. */
export function inLanguage<Said>(said: Said, words: PackageWords, accepted: string | undefined): Said {
  const chosen = chooseLanguages(Object.keys(words), accepted).map((language) => words[language] ?? {});
  if (chosen.length === 0) return said;
  const wordFor = (key: string) => chosen.find((one) => Object.hasOwn(one, key))?.[key];
  // Cast: only texts change, into texts.
  return replaceWords(said, wordFor) as Said;
}

function replaceWords(said: unknown, wordFor: (key: string) => string | undefined): unknown {
  if (typeof said === "string") return wordFor(/^%(.+)%$/s.exec(said)?.[1] ?? "") ?? said;
  if (Array.isArray(said)) return said.map((one) => replaceWords(one, wordFor));
  if (!isRecord(said)) return said;
  const entries = Object.entries(said).map(([key, one]) => [
    key,
    dataKeys.has(key) ? one : replaceWords(one, wordFor),
  ]);
  return Object.fromEntries(entries);
}

/** What programs read. */
const dataKeys = new Set([
  "value",
  "default",
  "const",
  "enum",
  "examples",
  "handle",
  "name",
  "package",
  "path",
  "pattern",
]);

/** All languages of a package, those that a caller asked for first (RFC 9110 12.5.4), then English. */
function chooseLanguages(languages: readonly string[], accepted = ""): string[] {
  const wanted = accepted
    .slice(0, 1_000)
    .split(",")
    .map((range) => {
      const [tag = "", quality = "1"] = range.split(/;\s*q=/i);
      return { tag: tag.trim().toLowerCase(), quality: Number(quality) };
    })
    .filter(({ tag, quality }) => tag !== "" && tag !== "*" && quality > 0)
    .sort((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag);
  const ranks = [...wanted, "en"].flatMap((tag) => [
    languages.filter((one) => one.toLowerCase() === tag),
    languages.filter((one) => primaryOf(one) === primaryOf(tag)),
  ]);
  return [...new Set([...ranks.flat(), ...languages])];
}

function primaryOf(tag: string): string {
  return tag.toLowerCase().split(/[-_]/, 1).join();
}
