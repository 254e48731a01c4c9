import { open } from "node:fs/promises";
import { basename } from "node:path";
import type { ExecutorCommand } from "./find-executor.ts";

/**
 * The Python that a script names in its first line, as pip, uv and pipx write it; `undefined` for any other program, whose
 * interpreter is not ours to guess.
 */
export async function readPythonProgram(file: string): Promise<ExecutorCommand | undefined> {
  const [first = "", second = ""] = (await readStart(file)).split("\n");
  const [program = "", ...args] = first.startsWith("#!") ? first.slice(2).trim().split(/\s+/) : [];
  if (isPython(program)) return { file: program, args };
  const [named = ""] = args;
  if (basename(program) === "env" && args.length === 1 && isPython(named)) return { file: program, args };
  // Paths that are too long for a first line, or hold a space.
  const quoted = /^'''exec' (?:"([^"]+)"|(\S+)) "\$0" "\$@"$/.exec(second.trim());
  const long = quoted?.[1] ?? quoted?.[2] ?? "";
  return program === "/bin/sh" && isPython(long) ? { file: long, args: [] } : undefined;
}

function isPython(program: string): boolean {
  return /^python[\d.]*$/.test(basename(program));
}

async function readStart(file: string): Promise<string> {
  const opened = await open(file).catch(() => undefined);
  if (opened === undefined) return "";
  try {
    const { buffer, bytesRead } = await opened.read({ buffer: Buffer.alloc(4_096) });
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await opened.close();
  }
}
