import { parseArgs } from "node:util";

/** The conditions of `exports` that this process was started with: Node.js imports by them, so a build resolves by them too. */
export const ownConditions: readonly string[] = conditionsOf(process.execArgv);

function conditionsOf(args: string[]): string[] {
  const options = { conditions: { type: "string", short: "C", multiple: true } } as const;
  return parseArgs({ args, options, strict: false }).values.conditions?.map(String) ?? [];
}
