import { styleText } from "node:util";
import type { TaskLog } from "@oomol/connect-node";

/** A log as one line for people: a block's output as it is, any other event by its name. */
export function formatLog({ type, event = {} }: TaskLog, stream: NodeJS.WriteStream): string {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream });
  if (type === "BlockLog") return `│ ${printable(event.log)}`;
  if (type === "BlockLogJSON") return `│ ${printable(JSON.stringify(event.json))}`;
  if (type === "BlockWarning") return style("yellow", `! ${printable(event.warning)}`);
  if (type === "BlockError") return style("red", `✗ ${printable(event.error)}`);
  if (type === "BlockProgress") return style("dim", `${Math.round(Number(event.progress))} %`);
  const error = typeof event.error === "string" ? `: ${printable(event.error)}` : "";
  return style("dim", `${type}${error}`);
}

/** A block's output must not move the cursor or change the terminal's title. */
export function printable(text: unknown): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are removed
  return String(text).replace(/\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}
