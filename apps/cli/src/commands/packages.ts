import { styleText } from "node:util";
import type { InstallTask } from "@oomol/connect-node";
import type { Command } from "commander";
import { addConnectionFlags, withClient } from "../connection.ts";
import { UsageError } from "../exit-codes.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { printJson, printTable, tellNothing } from "../print.ts";
import { printableLine } from "../printable.ts";
import type { ConnectionFlags } from "../settings.ts";

interface JsonFlags extends ConnectionFlags {
  /** Prints JSON. */
  json?: boolean;
}

/** `oomol-connect packages`, `install` and `applets` */
export function addPackageCommands(program: Command): void {
  const packages = program
    .command("packages")
    .description("List the packages that a server has installed.")
    .option("--json", "print them as JSON")
    .addHelpText("after", "\nExample:\n  oomol-connect packages");
  addConnectionFlags(packages).action((flags: JsonFlags) =>
    withClient(flags, async (client) => {
      const { packages: installed } = await client.packages.list();
      if (flags.json) printJson(installed);
      else if (installed.length === 0) tellNothing("The server has no packages.");
      else printTable(installed.map(({ name, version }) => [name, version]));
    }),
  );

  const install = program
    .command("install")
    .description("Install a package on a server and wait for the end.")
    .argument("<package>", "NAME@VERSION, or NAME for the latest")
    .option("--json", "print the installation as JSON")
    .addHelpText("after", "\nExample:\n  oomol-connect install ffmpeg@0.1.9");
  addConnectionFlags(install).action((specifier: string, flags: JsonFlags) =>
    withClient(flags, async (client) => {
      const { name, version } = parseSpecifier(specifier);
      using interruption = onInterrupt("Interrupted; the installation is being cancelled.");
      const { signal } = interruption;
      const { task } = await client.packages.installAndWait(name, version, {
        signal,
        cancelOnAbort: true,
        // Looked at often: what it is at changes while the server would hold an answer.
        intervalMs: 500,
        maxIntervalMs: 500,
        onProgress: createProgressPrinter(process.stderr),
      });
      if (flags.json) printJson(task);
      else process.stdout.write(`installed ${printableLine(`${task.name}@${task.version ?? version}`)}\n`);
    }),
  );

  const applets = program
    .command("applets")
    .description("List applets: blocks with preset inputs.")
    .option("--json", "print them as JSON")
    .option(
      "--applets-url <url>",
      "address of the applet service (OOMOL_CONNECT_APPLETS_URL; OOMOL's own); for a local server, its base URL",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  oomol-connect applets\n  oomol-connect applets --applets-url http://localhost:3000/api",
    );
  addConnectionFlags(applets).action((flags: JsonFlags) =>
    withClient(flags, async (client) => {
      const listed = await client.applets.list();
      if (flags.json) printJson(listed);
      else if (listed.length === 0) tellNothing("There are no applets.");
      else
        printTable(
          listed.map(({ appletId, data }) => [
            appletId,
            `${data.packageId}::${data.blockName}`,
            data.title ?? "",
          ]),
        );
    }),
  );
}

/** Our own server tells what an installation is at; each line once. */
function createProgressPrinter(stream: NodeJS.WriteStream): (task: InstallTask) => void {
  let last: unknown;
  return ({ progress }) => {
    if (typeof progress !== "string" || progress === last) return;
    last = progress;
    stream.write(`${styleText("dim", printableLine(progress), { stream })}\n`);
  };
}

function parseSpecifier(specifier: string): { name: string; version: string } {
  // The first character may be the @ of a scope.
  const separator = specifier.indexOf("@", 1);
  const name = separator < 0 ? specifier : specifier.slice(0, separator);
  const version = separator < 0 ? "latest" : specifier.slice(separator + 1);
  if (name === "" || version === "") throw new UsageError(`"${specifier}": expected NAME or NAME@VERSION.`);
  return { name, version };
}
