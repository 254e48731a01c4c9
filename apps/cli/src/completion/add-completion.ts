import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";

/** `oomol-connect completion SHELL`, and the hidden `complete` that the scripts call. */
export function addCompletion(program: Command): void {
  tab(program, { completionCommandName: "completion" });
  const completion = program.commands.find((command) => command.name() === "completion");
  completion
    ?.description("Print the completion script of a shell: bash, zsh, fish or powershell.")
    .addHelpText(
      "after",
      `
Examples:
  echo 'source <(oomol-connect completion bash)' >> ~/.bashrc
  echo 'source <(oomol-connect completion zsh)' >> ~/.zshrc    # after compinit
  oomol-connect completion fish > ~/.config/fish/completions/oomol-connect.fish`,
    );
}

/** Completes what the library behind `addCompletion` cannot: values, and bash without bash-completion. */
export async function answerCompletion(args: readonly string[]): Promise<boolean> {
  const [command, first, ...words] = args;
  if (command === "completion" && first === "bash") {
    const { bashScript } = await import("./bash-script.ts");
    process.stdout.write(bashScript);
    return true;
  }
  if (command !== "complete" || first !== "--") return false;
  const { completeValue } = await import("./complete-value.ts");
  // A failing completion completes nothing; a shell has no place for the reason.
  const lines = await completeValue(words).catch(() => [":4"]);
  if (lines) process.stdout.write(`${lines.join("\n")}\n`);
  return lines !== undefined;
}
