import type { OomolConnectClient, Task } from "@oomol/connect-node";
import { type Command, InvalidArgumentError } from "commander";
import { addConnectionFlags, withClient } from "../connection.ts";
import { formatLog } from "../format-log.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { formatTime, printJson, printTable, tellNothing } from "../print.ts";
import { printableJson, printableLine } from "../printable.ts";
import type { ConnectionFlags } from "../settings.ts";

interface TaskFlags extends ConnectionFlags {
  json?: boolean;
  follow?: boolean;
}

interface ListFlags extends ConnectionFlags {
  json?: boolean;
  status?: string[];
  block?: string;
  limit?: number;
  since?: number;
}

/** `oomol-connect tasks`, `tasks delete`, `show`, `logs` and `stop` */
export function addTaskCommands(program: Command): void {
  const tasks = program
    .command("tasks")
    .description("List the tasks of a server, the newest first.")
    .option("--status <status...>", "only tasks in this state, or one of these: failed, running, …")
    .option("--block <id>", "only tasks of this block, PACKAGE::BLOCK")
    .option("--limit <count>", "at most so many", parseLimit)
    .option(
      "--since <time>",
      "only tasks created since 2026-03-01, 2026-03-01T18:00 or so long ago: 2h, 7d",
      parseSince,
    )
    .option("--json", "print the tasks as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  oomol-connect tasks --status failed --limit 20\n  oomol-connect tasks --since 2h",
    );
  addConnectionFlags(tasks).action(listTasks);

  const remove = tasks
    .command("delete")
    .description("Delete a task that has ended, with its logs and files.")
    .argument("<id>", "the task's id")
    .option("--json", "print { id, deleted } as JSON")
    .addHelpText("after", "\nExample:\n  oomol-connect tasks delete 3f2c…");
  // Flags that both commands have are taken by the outer one.
  addConnectionFlags(remove).action((id: string, _flags: TaskFlags, command: Command) =>
    deleteTask(id, command.optsWithGlobals<TaskFlags>()),
  );

  const show = program
    .command("show")
    .description("Show a task: its state, and its result or the reason of its failure.")
    .argument("<id>", "the task's id")
    .option("--json", "print { task, result, reason } as JSON; missing parts are null")
    .addHelpText("after", "\nExample:\n  oomol-connect show 3f2c…");
  addConnectionFlags(show).action(showTask);

  const logs = program
    .command("logs")
    .description("Print the logs of a task.")
    .argument("<id>", "the task's id")
    .option("-f, --follow", "follow until the task ends")
    .option("--json", "print each log as one line of JSON")
    .addHelpText("after", "\nExample:\n  oomol-connect logs 3f2c… --follow");
  addConnectionFlags(logs).action(printLogs);

  const stop = program
    .command("stop")
    .description("Stop a task. A task that has ended stays as it is.")
    .argument("<id>", "the task's id")
    .option("--json", "print the task as JSON")
    .addHelpText("after", "\nExample:\n  oomol-connect stop 3f2c…");
  addConnectionFlags(stop).action(stopTask);
}

function listTasks({ status, block, limit, since = 0, ...flags }: ListFlags): Promise<void> {
  return withClient(flags, async (client) => {
    const wanted = {
      ...(status && { status }),
      ...(block !== undefined && { blockId: block }),
      ...(limit !== undefined && { limit }),
    };
    const tasks: Task[] = [];
    for await (const task of client.tasks.iterate(wanted)) {
      // The newest come first, and a server need not tell when a task was created.
      if ((task.created_at ?? since) < since) break;
      // The table has no place for inputs, which may be large.
      tasks.push(flags.json ? task : withoutInputs(task));
    }
    if (flags.json) return printJson(tasks);
    const isFiltered = since > 0 || Object.keys(wanted).length > 0;
    if (tasks.length === 0)
      return tellNothing(isFiltered ? "No task is like that." : "The server has no tasks.");
    printTable(
      tasks.map((task) => [
        ...[task.id, task.status, task.manifest_path ?? "", formatTime(task.created_at)],
        ...waitOf(task),
      ]),
    );
  });
}

function deleteTask(id: string, flags: TaskFlags): Promise<void> {
  return withClient(flags, async (client) => {
    await client.tasks.delete(id);
    if (flags.json) printJson({ id, deleted: true });
    else process.stdout.write(`task ${id} deleted\n`);
  });
}

/** Why a pending task cannot run now; one cell if there is something to say. */
const waitOf = ({ pending_reason: reason }: Task): string[] => (reason === undefined ? [] : [reason]);

const withoutInputs = ({ inputValues: _, ...task }: Task): Task => task;

/** In milliseconds since 1970. */
function parseSince(text: string): number {
  const ago = /^(\d{1,6})([mhd])$/.exec(text);
  const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }[ago?.[2] ?? ""] ?? 0;
  if (ago) return Date.now() - Number(ago[1]) * unitMs;
  // A date alone is the start of that day here, not in Greenwich.
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  const time = Date.parse(isDate ? `${text}T00:00` : text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(time)) return time;
  throw new InvalidArgumentError(
    "It must be a date such as 2026-03-01 or 2026-03-01T18:00, or 30m, 2h or 7d.",
  );
}

export function parseLimit(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

function showTask(id: string, flags: TaskFlags): Promise<void> {
  return withClient(flags, async (client) => {
    const { task } = await client.tasks.get(id);
    const { result, reason } = await readOutcome(client, task);
    if (flags.json) return printJson({ task, result, reason });
    printTable([
      ["task", task.id],
      ["block", task.manifest_path ?? ""],
      ["status", task.status],
      ["created", formatTime(task.created_at)],
      ["updated", formatTime(task.updated_at)],
      ...waitOf(task).map((reason) => ["waits", reason]),
      ...(task.status === "failed" ? [["reason", reason ?? "unknown"]] : []),
    ]);
    if (result) printJson(result);
  });
}

interface TaskOutcome {
  result: Record<string, unknown> | null;
  reason: string | null;
}

async function readOutcome(client: OomolConnectClient, { id, status }: Task): Promise<TaskOutcome> {
  if (status !== "completed" && status !== "failed") return { result: null, reason: null };
  const { TaskFailedError } = await import("@oomol/connect-node");
  try {
    const { result } = await client.tasks.attach(id).result();
    return { result, reason: null };
  } catch (failure) {
    if (!(failure instanceof TaskFailedError)) throw failure;
    return { result: null, reason: failure.reason ?? null };
  }
}

function printLogs(id: string, flags: TaskFlags): Promise<void> {
  return withClient(flags, async (client) => {
    const print = (log: Parameters<typeof formatLog>[0]) =>
      void process.stdout.write(`${flags.json ? printableJson(log) : formatLog(log, process.stdout)}\n`);
    if (!flags.follow) {
      for (const log of (await client.tasks.getLogs(id)).logs) print(log);
      return;
    }
    using interruption = onInterrupt("Interrupted; the task goes on.");
    const run = client.tasks.attach(id, { signal: interruption.signal });
    for await (const event of run) if (event.type === "log") print(event.log);
  });
}

function stopTask(id: string, flags: TaskFlags): Promise<void> {
  return withClient(flags, async (client) => {
    const { task } = await client.tasks.stop(id);
    if (flags.json) printJson(task);
    else process.stdout.write(`${printableLine(`task ${task.id} ${task.status}`)}\n`);
  });
}
