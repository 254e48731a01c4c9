import type { OomolConnectClient } from "@oomol/connect-node";
import type { Command } from "commander";
import { printableLine } from "./printable.ts";
import { reportFailure } from "./report-failure.ts";
import { type ConnectionFlags, resolveSettings } from "./settings.ts";

/** Adds the flags that name the server. */
export function addConnectionFlags(command: Command): Command {
  return command
    .option(
      "--base-url <url>",
      "the Connect server's API (OOMOL_CONNECT_BASE_URL; http://localhost:3000/api)",
    )
    .option("--api-token-file <file>", "file with the token, sent as Authorization (OOMOL_CONNECT_API_TOKEN)")
    .option("--api-token <token>", "the token itself; other users can see it in the list of processes");
}

/** Runs an action with a client for these flags; a failure becomes one sentence and an exit code. */
export function withClient(
  flags: ConnectionFlags,
  work: (client: OomolConnectClient) => Promise<void>,
): Promise<void> {
  return reportFailure(async () => {
    await using client = await connect(flags);
    await work(client);
  });
}

/** The client for these flags. Loaded here, so that `--help` does not wait for it. */
export async function connect(flags: ConnectionFlags): Promise<OomolConnectClient> {
  const { OomolConnectClient } = await import("@oomol/connect-node");
  const { baseUrl, apiToken, appletsUrl } = resolveSettings(flags);
  if (flags.apiToken !== undefined) process.stderr.write(shownToken);
  const hooks = { onWarning: (message: string) => void process.stderr.write(`${printableLine(message)}\n`) };
  return new OomolConnectClient({
    baseUrl,
    hooks,
    ...(apiToken ? { apiToken } : {}),
    ...(appletsUrl ? { appletsUrl } : {}),
  });
}

const shownToken =
  "Other users of this machine can read --api-token in the list of processes: use --api-token-file, OOMOL_CONNECT_API_TOKEN or the settings file.\n";
