import { styleText } from "node:util";
import type { TaskLog } from "@oomol/connect-node";
import { piecesOf } from "@oomol/connect-shared/text-pieces";

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

const longestOutput = 200;

/** A value that a block puts out while it runs, as one line; a long one is cut. */
export function formatOutput(
  { handle, value, nodeId }: { handle: string; value: unknown; nodeId: string | undefined },
  stream: NodeJS.WriteStream,
): string {
  const [shown = "", rest] = piecesOf(printable(JSON.stringify(value) ?? "null"), longestOutput);
  // A task that runs one block has one node, `_`.
  const place = nodeId === undefined || nodeId === "_" ? handle : `${nodeId}.${handle}`;
  return `${styleText("cyan", `→ ${printable(place)}:`, { stream })} ${shown}${rest ? "…" : ""}`;
}

/** A block's output must not move the cursor or change the terminal's title. */
export function printable(text: unknown): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are removed
  return String(text).replace(/\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}
