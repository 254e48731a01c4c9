import { styleText } from "node:util";
import type { TaskLog } from "@oomol/connect-node";
import { piecesOf } from "@oomol/connect-shared/text-pieces";
import { printable, printableJson, printableLine } from "./printable.ts";

/** A log as one line for people: a block's output as it is, any other event by its name. */
export function formatLog({ type, event = {} }: TaskLog, stream: NodeJS.WriteStream): string {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream });
  if (type === "BlockLog") return `│ ${printable(event.log, "│ ")}`;
  if (type === "BlockLogJSON") return `│ ${printableJson(event.json)}`;
  if (type === "BlockWarning") return style("yellow", `! ${printable(event.warning, "  ")}`);
  if (type === "BlockError") return style("red", `✗ ${printable(event.error, "  ")}`);
  if (type === "BlockProgress") return style("dim", `${Math.round(Number(event.progress))} %`);
  const error = typeof event.error === "string" ? `: ${printable(event.error, "  ")}` : "";
  return style("dim", `${printableLine(type)}${error}`);
}

const longestOutput = 200;

/** A value that a block puts out while it runs, as one line; a long one is cut. */
export function formatOutput(
  { handle, value, nodeId }: { handle: string; value: unknown; nodeId: string | undefined },
  stream: NodeJS.WriteStream,
): string {
  const [shown = "", rest] = piecesOf(printableJson(value), longestOutput);
  // A task that runs one block has one node, `_`.
  const place = nodeId === undefined || nodeId === "_" ? handle : `${nodeId}.${handle}`;
  return `${styleText("cyan", `→ ${printableLine(place)}:`, { stream })} ${shown}${rest ? "…" : ""}`;
}
