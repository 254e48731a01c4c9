import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addBlocksCommand } from "./commands/blocks.ts";
import { addDevCommand } from "./commands/dev.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addManifestCommand } from "./commands/manifest.ts";
import { addMcpCommand } from "./commands/mcp.ts";
import { addNewCommand } from "./commands/new.ts";
import { addPackageCommands } from "./commands/packages.ts";
import { addRunCommand } from "./commands/run.ts";
import { addServeCommand } from "./commands/serve.ts";
import { addStatusCommand } from "./commands/status.ts";
import { addTaskCommands } from "./commands/tasks.ts";
import { addTypesCommand } from "./commands/types.ts";
import { addWebhookCommands } from "./commands/webhooks.ts";
import { addCompletion, answerCompletion } from "./completion/add-completion.ts";
import { exitCodes } from "./exit-codes.ts";
import { answerHelpOfBlock } from "./help-of-block.ts";
import { watchOutput } from "./lost-output.ts";

watchOutput();

const program = new Command("oomol-connect")
  .description("Run, write and serve OOMOL blocks.")
  .version(ownVersion(), "-V, --version", "print the version")
  .helpOption("-h, --help", "show this help")
  .helpCommand("help [command]", "show the help of a command")
  .configureHelp({ helpWidth: 100 })
  .showSuggestionAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitCodes.usage))
  .addHelpText(
    "after",
    `
Settings: flags, then OOMOL_CONNECT_BASE_URL and OOMOL_CONNECT_API_TOKEN, then the settings file
(OOMOL_CONNECT_CONFIG names another; \`oomol-connect doctor\` shows which was used).

Exit codes: 0 done, 1 the task or the installation failed, 2 wrong usage, 3 server out of reach, 130 interrupted,
141 nobody reads the output.

Examples:
  oomol-connect serve --packages ./packages
  oomol-connect run audio-lab::text-to-audio --input text="Hello, World"
  oomol-connect new block shout`,
  );

addServeCommand(program);
addBlocksCommand(program);
addRunCommand(program);
addTaskCommands(program);
addPackageCommands(program);
addStatusCommand(program);
addWebhookCommands(program);
addTypesCommand(program);
addNewCommand(program);
addManifestCommand(program);
addDevCommand(program);
addDoctorCommand(program);
addMcpCommand(program);
addCompletion(program);

const args = process.argv.slice(2);
const isAnswered = (await answerCompletion(args)) || (await answerHelpOfBlock(program, args));
if (!isAnswered) await program.parseAsync();

function ownVersion(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}
