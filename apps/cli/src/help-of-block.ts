import type { Command } from "commander";

const helpFlags = ["-h", "--help"];
const connectionFlags = ["--base-url", "--api-token", "--api-token-file"];

/** Answers `run BLOCK --help`: the help of `run`, and then what the block takes, which its server knows. */
export async function answerHelpOfBlock(program: Command, args: readonly string[]): Promise<boolean> {
  const isAsked = args[0] === "run" && args.some((one) => helpFlags.includes(one));
  const blockId = args.find((one) => /^[^-=][^=]*::/.test(one));
  if (!isAsked || blockId === undefined) return false;
  program.commands.find((one) => one.name() === "run")?.outputHelp();
  process.stdout.write("\n");
  const flags = args.filter((one, index) =>
    [one.split("=")[0], args[index - 1]].some((name) => connectionFlags.includes(name ?? "")),
  );
  await program.parseAsync(["blocks", "show", blockId, ...flags], { from: "user" });
  return true;
}
