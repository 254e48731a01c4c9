import { styleText } from "node:util";
import { Interruption } from "./exit-codes.ts";
import { printable } from "./printable.ts";

/** Runs a command; a failure becomes one sentence on stderr and the exit code. */
export async function reportFailure(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (failure) {
    const { exitCodeOf } = await import("./exit-code-of.ts");
    const message = failure instanceof Error ? failure.message : String(failure);
    // Ctrl-C is not an error.
    const label =
      failure instanceof Interruption
        ? ""
        : `${styleText(["red", "bold"], "error", { stream: process.stderr })} `;
    if (message !== "") process.stderr.write(`${label}${printable(message, "  ")}\n`);
    process.exitCode = exitCodeOf(failure);
  }
}
