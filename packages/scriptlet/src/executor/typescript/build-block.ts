import type { ChildProcess } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Message, stop } from "esbuild";
import { BlockLoadError } from "../block-load-error.ts";
import type { Build } from "./build.ts";
import { rememberBuild } from "./build-index.ts";
import { compileFiles } from "./compile-files.ts";
import { findFiles } from "./find-files.ts";
import { pruneCache } from "./prune-cache.ts";

/**
 * Compiles a TypeScript entry and all of the author's files that it reaches, each on its own, into one file outside the user's
 * folders, and returns its path (oocana-protocol 6.9.2). Its name is the hash of its content, so processes and sessions share
 * it without ever overwriting one another. Its sources are stored, so that a later process need not build it again.
 *
 * @throws {@link BlockLoadError} with the compiler's messages.
 */
export async function buildBlock(file: string, cacheDir: string): Promise<string> {
  const { build, sources } = await compile(file).catch((error: unknown) => {
    throw new BlockLoadError(file, messagesOf(error), undefined);
  });
  const path = await store(JSON.stringify(build), cacheDir);
  // Nobody waits for the cache, and a block runs even if the build cannot be stored.
  if (sources !== undefined) {
    rememberBuild(file, cacheDir, basename(path), sources)
      .then(() => pruneCache(cacheDir))
      .catch(() => undefined);
  }
  return path;
}

let builds = 0;
let compiler: ChildProcess | undefined;

/** Ends the compiler's process after the last build: it would count as left behind by the block. */
async function compile(file: string): Promise<{ build: Build; sources: string[] | undefined }> {
  builds += 1;
  try {
    const { files, links, sources } = await noteCompiler(() => findFiles(file));
    return { build: { modules: await compileFiles(files), links }, sources };
  } finally {
    builds -= 1;
    if (builds === 0) await endCompiler();
  }
}

/** The first build starts the compiler, before it returns; nothing else tells its process. */
function noteCompiler<Result>(build: () => Result): Result {
  const note = (message: unknown) => {
    compiler = (message as { process: ChildProcess }).process;
  };
  subscribe("child_process", note);
  try {
    return build();
  } finally {
    unsubscribe("child_process", note);
  }
}

/** It is told to end, and would outlive a process that ends at once. */
async function endCompiler(): Promise<void> {
  const ending = compiler;
  compiler = undefined;
  await stop();
  if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
  ending.ref();
  await once(ending, "exit");
}

async function store(contents: string, cacheDir: string): Promise<string> {
  const name = createHash("sha256").update(contents).digest("hex").slice(0, 32);
  const path = join(cacheDir, `${name}.build`);
  if (await isThere(path)) return path;
  await mkdir(cacheDir, { recursive: true, mode: 0o700 });
  // Renaming is atomic: nobody ever reads half a file.
  const unfinished = `${path}.${randomUUID()}.tmp`;
  await writeFile(unfinished, contents);
  await rename(unfinished, path).catch(async (failure) => {
    await rm(unfinished, { force: true });
    // Windows refuses while another process reads the same file under its name: then the same file exists already.
    if (!(await isThere(path))) throw failure;
  });
  return path;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function messagesOf(error: unknown): string {
  const messages = (error as { errors?: Message[] }).errors ?? [];
  if (messages.length === 0) return error instanceof Error ? error.message : String(error);
  return messages
    .map(({ text, location }) =>
      location ? `${location.file}:${location.line}:${location.column}: ${text}` : text,
    )
    .join("\n");
}
