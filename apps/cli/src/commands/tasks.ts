import type { Command } from "commander";
import { addConnectionFlags, withClient } from "../connection.ts";
import { formatLog, printable } from "../format-log.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { formatTime, printJson, printTable } from "../print.ts";
import type { ConnectionFlags } from "../settings.ts";

interface TaskFlags extends ConnectionFlags {
  json?: boolean;
  follow?: boolean;
}

/** `oomol-connect tasks`, `show`, `logs` and `stop` */
export function addTaskCommands(program: Command): void {
  const tasks = program
    .command("tasks")
    .description("List the tasks of a server, the newest first.")
    .option("--json", "print the tasks as JSON")
    .addHelpText("after", "\nExample:\n  oomol-connect tasks");
  addConnectionFlags(tasks).action(listTasks);

  const show = program
    .command("show")
    .description("Show a task: its state, and its result or the reason of its failure.")
    .argument("<id>", "the task's id")
    .option("--json", "print the task with its logs and results as JSON")
    .addHelpText("after", "\nExample:\n  oomol-connect show 3f2c…");
  addConnectionFlags(show).action(showTask);

  const logs = program
    .command("logs")
    .description("Print the logs of a task.")
    .argument("<id>", "the task's id")
    .option("-f, --follow", "go on until the task ends")
    .option("--json", "print each log as one line of JSON")
    .addHelpText("after", "\nExample:\n  oomol-connect logs 3f2c… --follow");
  addConnectionFlags(logs).action(printLogs);

  const stop = program
    .command("stop")
    .description("Stop a task. One that has ended stays as it is.")
    .argument("<id>", "the task's id")
    .addHelpText("after", "\nExample:\n  oomol-connect stop 3f2c…");
  addConnectionFlags(stop).action(stopTask);
}

function listTasks(flags: TaskFlags): Promise<void> {
  return withClient(flags, async (client) => {
    const { tasks } = await client.tasks.list();
    const newestFirst = tasks.toSorted((a, b) => (b.created_at ?? 0) - (a.created_at ?? 0));
    if (flags.json) printJson(newestFirst);
    else
      printTable(
        newestFirst.map((task) => [
          task.id,
          task.status,
          task.manifest_path ?? "",
          formatTime(task.created_at),
        ]),
      );
  });
}

function showTask(id: string, flags: TaskFlags): Promise<void> {
  return withClient(flags, async (client) => {
    const { task } = await client.tasks.get(id);
    const { TaskFailedError, TaskStoppedError } = await import("@oomol/connect-node");
    const hasEnded = ["completed", "failed", "stopped"].includes(task.status);
    const outcome = hasEnded
      ? await client.tasks
          .attach(id)
          .result()
          .catch((error: unknown) => error)
      : undefined;
    const isEnd = outcome instanceof TaskFailedError || outcome instanceof TaskStoppedError;
    if (outcome instanceof Error && !isEnd) throw outcome;
    if (flags.json)
      return printJson(
        outcome instanceof TaskFailedError ? { task, reason: outcome.reason } : (outcome ?? { task }),
      );
    printTable([
      ["task", task.id],
      ["block", task.manifest_path ?? ""],
      ["status", task.status],
      ["created", formatTime(task.created_at)],
      ["updated", formatTime(task.updated_at)],
    ]);
    if (outcome instanceof TaskFailedError)
      process.stdout.write(`reason   ${printable(outcome.reason ?? "not told")}\n`);
    else if (outcome && "result" in Object(outcome)) printJson(Reflect.get(Object(outcome), "result"));
  });
}

function printLogs(id: string, flags: TaskFlags): Promise<void> {
  return withClient(flags, async (client) => {
    const print = (log: Parameters<typeof formatLog>[0]) =>
      void process.stdout.write(`${flags.json ? JSON.stringify(log) : formatLog(log, process.stdout)}\n`);
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
    process.stdout.write(`task ${task.id} ${task.status}\n`);
  });
}
