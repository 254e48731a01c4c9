import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { addInputFlags } from "../block-request.ts";
import type { DevFlags } from "../dev/develop.ts";
import { reportFailure } from "../report-failure.ts";

/** `oomol-connect dev DIR` */
export function addDevCommand(program: Command): void {
  const command = program
    .command("dev")
    .description("Serve a package while you work on it, and run one of its blocks again whenever you save.")
    .argument("<dir>", "the package's folder, or a folder of packages")
    .option("--port <number>", "port to listen on (3030, or a free one if that is taken)", parsePort)
    .option("--run <block>", "PACKAGE::BLOCK to run at once and after each change");
  addInputFlags(command)
    .option("--inspect [port]", "let each run wait for a debugger on this port (9229)", parsePort)
    .option("--json", "print each event as one line of JSON: serving, problem, result, failed")
    .addHelpText(
      "after",
      '\nExamples:\n  oomol-connect dev ./shout --run shout::shout --input text="Hello"\n  oomol-connect dev ./shout --run shout::shout --inputs-json inputs.json --inspect',
    )
    .action((directory: string, flags: DevFlags) =>
      reportFailure(async () => {
        const { develop } = await import("../dev/develop.ts");
        await develop(resolve(directory), flags);
      }),
    );
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError("It must be a port, a whole number up to 65535.");
}
