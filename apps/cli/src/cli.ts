import { Command } from "commander";
import { addBlocksCommand } from "./commands/blocks.ts";
import { addRunCommand } from "./commands/run.ts";
import { addServeCommand } from "./commands/serve.ts";
import { exitCodes } from "./exit-codes.ts";

const program = new Command("oomol-connect")
  .description("List, run and serve OOMOL blocks.")
  .configureHelp({ showGlobalOptions: true })
  .showSuggestionAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitCodes.usage));

addServeCommand(program);
addBlocksCommand(program);
addRunCommand(program);

await program.parseAsync();
