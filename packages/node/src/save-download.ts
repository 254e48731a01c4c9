import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, parse, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type Download, InvalidInputError } from "@oomol/connect-core";

/** How to save. */
export interface SaveOptions {
  /**
   * If the file exists: `"refuse"` to save, `"replace"` it, or `"number"` the new one: `speech (2).wav`.
   * Default `"refuse"`: a name chosen by the server must not overwrite anything silently.
   */
  ifExists?: "refuse" | "replace" | "number";
}

/** A file that has been saved. */
export interface SavedFile {
  /** Absolute. */
  path: string;
  sizeBytes: number;
}

/**
 * Writes a download to disk. `to` is a file's path, or a directory (an existing one, or any path that ends with a slash),
 * in which the file keeps its own name, made safe. Missing directories are created. The bytes go into a hidden file
 * beside the target, which is renamed at the end: a failure or abort leaves nothing.
 *
 * @example
 * await using client = new OomolConnectClient({ baseUrl: "http://localhost:3000/api" });
 * const outcome = await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: "Hello" } });
 * await saveDownload(await client.tasks.download(outcome, outcome.result.audio_address), "speech.wav");
 * @throws {@link InvalidInputError} if the file exists; what reading the download throws; or the file system's own error.
 */
export async function saveDownload(
  download: Download,
  to: string | URL,
  { ifExists = "refuse" }: SaveOptions = {},
): Promise<SavedFile> {
  await using source = download;
  const target = await targetOf(to, download.name);
  if (ifExists === "refuse" && (await exists(target))) throw taken(target);
  await mkdir(dirname(target), { recursive: true });
  const partial = join(dirname(target), `.${randomUUID()}.part`);
  try {
    // Refuses anything that exists, also a link to elsewhere.
    await writeFile(partial, source, { flag: "wx" });
    const { size } = await stat(partial);
    return { path: await publish(partial, target, ifExists), sizeBytes: size };
  } finally {
    await rm(partial, { force: true });
  }
}

async function targetOf(to: string | URL, name: string): Promise<string> {
  const path = to instanceof URL ? fileURLToPath(to) : to;
  if (path === "") throw new InvalidInputError("to", "an empty path names no file.");
  const isDirectory = path.endsWith("/") || path.endsWith(sep) || (await isFolder(path));
  return isDirectory ? join(resolve(path), safeName(name)) : resolve(path);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these must be removed
const forbidden = /[\u0000-\u001f\u007f<>:"|?*]/g;

/** A name that is valid on every system, leads nowhere else and hides no file. */
export function safeName(name: string): string {
  const last = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  const plain = last
    .replaceAll(forbidden, "_")
    .replace(/^\.+/, "_")
    .replace(/[. ]+$/, "");
  // Devices on Windows, whatever the ending.
  const harmless = plain.replace(/^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i, "$1_");
  return shortened(harmless) || "file";
}

/** Most file systems allow 255 bytes. */
function shortened(name: string): string {
  const { name: stem, ext } = parse(name);
  const kept = Buffer.byteLength(ext) <= 32 ? ext : "";
  const characters = [...(kept ? stem : name)];
  while (Buffer.byteLength(characters.join("") + kept) > 240) characters.pop();
  return characters.join("") + kept;
}

/** Gives the whole file its name; overwrites a file that has appeared meanwhile only if told to. */
async function publish(
  partial: string,
  target: string,
  ifExists: NonNullable<SaveOptions["ifExists"]>,
): Promise<string> {
  if (ifExists === "replace") {
    await rename(partial, target);
    return target;
  }
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? target : numbered(target, number);
    if (await claim(candidate)) {
      await rename(partial, candidate).catch(async (failure) => {
        await rm(candidate, { force: true });
        throw failure;
      });
      return candidate;
    }
    if (ifExists === "refuse") throw taken(target);
  }
}

/** Creates the file if there is none: of two who want the name, one gets it. */
async function claim(path: string): Promise<boolean> {
  try {
    await (await open(path, "wx")).close();
    return true;
  } catch (failure) {
    if (failure instanceof Error && Reflect.get(failure, "code") === "EEXIST") return false;
    throw failure;
  }
}

function numbered(path: string, number: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name} (${number})${ext}`);
}

function taken(path: string): InvalidInputError {
  const advice = 'Pass { ifExists: "replace" } to overwrite it, or "number" for a name beside it.';
  return new InvalidInputError("to", `"${basename(path)}" exists in ${dirname(path)}. ${advice}`);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
