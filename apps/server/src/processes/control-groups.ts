import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readlinkSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { endFound, named } from "./marked-processes.ts";
import { readProcFile, startOf } from "./read-proc-file.ts";

/**
 * A control group (cgroup v2) for one executor: whatever the executor starts is in it, and no session, fork or empty environment
 * leads out of it.
 */
export interface ControlGroup {
  /** All that live in it. */
  list(): number[];
  /** Takes it away as soon as nobody lives in it. */
  close(): void;
}

/** Puts a process, which has started nothing yet, into a group of its own; `undefined` if this server may make none. */
export function openControlGroup(pid: number): ControlGroup | undefined {
  parent ??= findOwnGroup() ?? "";
  if (parent === "") return undefined;
  const folder = join(parent, `${groupPrefix}${process.pid}-${startOf(process.pid)}-${randomUUID()}`);
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, members), String(pid));
  } catch {
    remove(folder, 0);
    return undefined; // read-only or somebody else's, or the process is gone
  }
  return { list: () => membersOf(folder), close: () => remove(folder, mostTries) };
}

/** Ends what servers that are gone have left in their groups. Answers how many there were. */
export function endAbandonedGroups(): number {
  parent ??= findOwnGroup() ?? "";
  if (parent === "") return 0;
  let count = 0;
  for (const folder of foldersIn(parent)) {
    const name = basename(folder);
    const [pid, start] = name.startsWith(groupPrefix) ? name.slice(groupPrefix.length).split("-") : [];
    if (pid === undefined || startOf(Number(pid)) === start) continue;
    count += endFound(() => membersOf(folder).map(named)).length;
    remove(folder, mostTries);
  }
  return count;
}

const members = "cgroup.procs";
/** Names of processes mean something only in their namespace. */
const groupPrefix = `oomol-connect-${/\d+/.exec(readLink("/proc/self/ns/pid"))?.[0]}-`;
/** The folder in which groups are made; empty if there is none. */
let parent: string | undefined;

/** The group of this process: one that is in it may be given others within it, by whoever may write there. */
function findOwnGroup(): string | undefined {
  const path = /^0::(.*)$/m.exec(readProcFile("/proc/self/cgroup"))?.[1];
  for (const line of readProcFile("/proc/self/mountinfo").split("\n")) {
    // "ID PARENT DEVICE ROOT FOLDER OPTIONS … - TYPE …", see proc(5)
    const [mount = "", system = ""] = line.split(" - ");
    const [, , , root = "", folder = ""] = mount.split(" ");
    if (!system.startsWith("cgroup2 ") || path === undefined) continue;
    if (root === "/") return join(folder, path);
    if (path.startsWith(root)) return join(folder, path.slice(root.length));
  }
  return undefined;
}

/** Those in groups within it, too. */
function membersOf(folder: string): number[] {
  const within = foldersIn(folder).flatMap(membersOf);
  return [...readProcFile(join(folder, members)).split("\n").filter(Boolean).map(Number), ...within];
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch {
    return []; // it is gone
  }
}

/** Those that were killed take a moment to go. What is never empty is left to the next start. */
function remove(folder: string, triesLeft: number): void {
  try {
    for (const within of foldersIn(folder)) remove(within, 0);
    rmdirSync(folder);
  } catch {
    if (triesLeft > 0) setTimeout(remove, betweenTriesMs, folder, triesLeft - 1).unref();
  }
}

const mostTries = 100;
const betweenTriesMs = 20;

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
