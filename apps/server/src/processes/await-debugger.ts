import type { ExecutorCommand } from "./find-executor.ts";

/** Our own executor runs nothing before a debugger has come to that port of this machine. */
export function awaitDebugger(
  command: ExecutorCommand,
  executorName: string,
  port: number | undefined,
): ExecutorCommand {
  if (executorName !== "nodejs" || port === undefined) return command;
  return { ...command, args: [`--inspect-wait=127.0.0.1:${port}`, ...command.args] };
}
