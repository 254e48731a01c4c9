import type { ListWebhooksOptions, SentWebhook } from "@oomol/connect-node";
import { type Command, Option } from "commander";
import { addConnectionFlags, withClient } from "../connection.ts";
import { formatTime, printJson, printTable } from "../print.ts";
import type { ConnectionFlags } from "../settings.ts";
import { parseLimit } from "./tasks.ts";

interface SecretFlags extends ConnectionFlags {
  rotate?: boolean;
  json?: boolean;
}

interface ListFlags extends ConnectionFlags {
  state?: string;
  task?: string;
  limit?: number;
  json?: boolean;
}

/** `oomol-connect webhooks secret`, `list` and `repeat` */
export function addWebhookCommands(program: Command): void {
  const webhooks = program
    .command("webhooks")
    .description("Webhooks of your tasks: the secret that signs them, what was sent, sending it again.")
    .addHelpText("after", "\nExample:\n  oomol-connect webhooks list --state failed");
  // Flags that both commands have are taken by the outer one.
  addConnectionFlags(webhooks);

  const secret = webhooks
    .command("secret")
    .description("Print the secret, by which your app checks webhooks.")
    .option("--rotate", "replace it first; the old one signs for another day")
    .option("--json", "print { secret, createdAt, previousUntil } as JSON")
    .addHelpText("after", "\nExample:\n  oomol-connect webhooks secret");
  addConnectionFlags(secret).action((_flags: SecretFlags, command: Command) => {
    const { rotate, json, ...flags } = command.optsWithGlobals<SecretFlags>();
    return withClient(flags, async (client) => {
      const own = await client.webhooks();
      const answer = rotate ? await own.rotateSecret() : await own.secret();
      if (json) printJson(answer);
      else process.stdout.write(`${answer.secret}\n`);
      if (answer.previousUntil !== undefined && !json)
        process.stderr.write(`The secret before it signs until ${formatTime(answer.previousUntil)}.\n`);
    });
  });

  const list = webhooks
    .command("list")
    .description("List webhooks that were sent or are to be, the newest first.")
    .addOption(
      new Option("--state <state>", "only those in this state").choices(["pending", "delivered", "failed"]),
    )
    .option("--task <id>", "only those of this task")
    .option("--limit <count>", "at most so many (100)", parseLimit)
    .option("--json", "print them as JSON")
    .addHelpText("after", "\nExample:\n  oomol-connect webhooks list --state failed");
  addConnectionFlags(list).action((_flags: ListFlags, command: Command) => {
    const { state, task, limit = 100, json, ...flags } = command.optsWithGlobals<ListFlags>();
    return withClient(flags, async (client) => {
      const wanted = { ...(state !== undefined && { state }), ...(task !== undefined && { taskId: task }) };
      const own = await client.webhooks();
      const deliveries: SentWebhook[] = [];
      let next: ListWebhooksOptions = {};
      do {
        const left = Math.min(limit - deliveries.length, mostAtOnce);
        const page = await own.list({ ...wanted, ...next, limit: left });
        deliveries.push(...page.deliveries);
        next = page.next === undefined ? {} : { before: page.next };
      } while (next.before !== undefined && deliveries.length < limit);
      if (json) printJson(deliveries);
      else printTable(deliveries.map(rowOf));
    });
  });

  const repeat = webhooks
    .command("repeat")
    .description("Send a webhook again that was delivered or given up.")
    .argument("<id>", "its id, as list shows it")
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExample:\n  oomol-connect webhooks repeat msg_3f2c…");
  addConnectionFlags(repeat).action((id: string, _flags: SecretFlags, command: Command) => {
    const { json, ...flags } = command.optsWithGlobals<SecretFlags>();
    return withClient(flags, async (client) => {
      const delivery = await (await client.webhooks()).repeat(id);
      if (json) printJson(delivery);
      else process.stdout.write(`webhook ${id} is sent again\n`);
    });
  });
}

/** A page of the server holds no more. */
const mostAtOnce = 1_000;

function rowOf({ id, state, type, taskId, url, createdAt, lastError = "" }: SentWebhook): string[] {
  return [id, state, type, taskId, formatTime(createdAt), url, lastError];
}
