import { connect } from "../connection.ts";
import { printableLine } from "../printable.ts";

/** Flags whose value is a path. */
const pathFlags = new Set([
  ...["-f", "--file", "--inputs-json", "-o", "--out", "--dir"],
  ...["--packages", "--token-file", "--applets", "--data"],
]);

/** A shell waits for this, so a slow server completes nothing. */
const patienceMs = 1_000;

/**
 * The lines that complete a value: paths, the ids of blocks, the ids of tasks. `undefined` if the word is a command or
 * a flag.
 *
 * @param words The words of the command line after the program's name; the last one is being completed.
 */
export async function completeValue(words: readonly string[]): Promise<string[] | undefined> {
  const before = words.at(-2) ?? "";
  const [command = ""] = words;
  const places = words.slice(1).filter((word) => !word.startsWith("-")).length;
  if (pathFlags.has(before) || (command === "dev" && places === 1 && before === "dev")) return [":0"];
  const takesBlock = (command === "run" && before === "run") || (command === "blocks" && before === "show");
  if (before === "--run" || before === "--block" || takesBlock) return blockIds();
  if (before === "--status") return [...statuses, noFiles];
  const takesTask = ["show", "logs", "stop"].includes(command) && before === command;
  if (takesTask || (command === "tasks" && before === "delete")) return taskIds();
  return undefined;
}

/** In the words of the shells' scripts. */
function completion(value: string, words: unknown): string {
  return `${printableLine(value)}\t${printableLine(words ?? "")}`;
}

async function blockIds(): Promise<string[]> {
  await using client = await connect({});
  const { blocks } = await client.blocks.list({ timeoutMs: patienceMs });
  return [...blocks.map(({ blockId, title }) => completion(blockId, title)), noFiles];
}

async function taskIds(): Promise<string[]> {
  await using client = await connect({});
  const { tasks } = await client.tasks.list({ limit: mostTasks, timeoutMs: patienceMs });
  return [
    ...tasks.map(({ id, status, manifest_path: block }) => completion(id, `${status} ${block}`)),
    noFiles,
  ];
}

const statuses = ["pending", "running", "completed", "failed", "stopped"];
const mostTasks = 20;
/** The directive of the shells' scripts against file names. */
const noFiles = ":4";
