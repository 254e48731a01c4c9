import type { PreviewPayload } from "../previews/preview-payload.ts";
import type { OutputTarget } from "../wire/messages.ts";

/** One message of a block, in terms of the Context rather than of the wire. */
export type BlockEvent =
  | { type: "output"; handle: string; value: unknown; target?: OutputTarget }
  | { type: "preview"; payload: PreviewPayload }
  | { type: "progress"; progress: number }
  | { type: "log"; text: string; stdio: "stdout" | "stderr" }
  | { type: "record"; payload: unknown }
  | { type: "message"; payload: unknown }
  | { type: "warning"; text: string }
  | { type: "error"; text: string }
  | { type: "nodeWeight"; nodeId: string; weight: number }
  | { type: "finish"; result?: Record<string, unknown>; error?: string };

/** The events of one message of a job; none for the protocol's own messages. `read` turns references into values. */
export async function toBlockEvents(
  topic: string,
  message: Record<string, unknown>,
  read: (value: unknown) => Promise<unknown>,
): Promise<BlockEvent[]> {
  // The fields of each type are those of oocana-protocol 2, and our own code wrote them.
  const { type, options, progress, weight } = message as { [key: string]: unknown } & {
    options?: { target?: OutputTarget };
    progress: number;
    weight: number;
  };
  switch (type) {
    case "BlockOutput": {
      const target = options?.target;
      const value = await read(message.output);
      return [{ type: "output", handle: String(message.handle), value, ...(target && { target }) }];
    }
    case "BlockOutputs": {
      const values = Object.entries(await readAll(message.outputs, read));
      return values.map(([handle, value]) => ({ type: "output", handle, value }));
    }
    case "BlockFinished": {
      if (typeof message.error === "string") return [{ type: "finish", error: message.error }];
      if (message.result === undefined) return [{ type: "finish" }];
      return [{ type: "finish", result: await readAll(message.result, read) }];
    }
    case "BlockRequest":
      if (message.action === "Preview")
        return [{ type: "preview", payload: message.payload as PreviewPayload }];
      if (message.action !== "UpdateNodeWeight") return [];
      return [{ type: "nodeWeight", nodeId: String(message.node_id), weight }];
    case "BlockProgress":
      // It is sent twice, and observers get the second.
      return topic === "report" ? [] : [{ type: "progress", progress }];
    case "BlockLog":
      return [
        {
          type: "log",
          text: String(message.log),
          stdio: message.stdio === "stderr" ? "stderr" : "stdout",
        },
      ];
    case "BlockLogJSON":
      return [{ type: "record", payload: message.json }];
    case "BlockMessage":
      return [{ type: "message", payload: message.payload }];
    case "BlockWarning":
      return [{ type: "warning", text: String(message.warning) }];
    case "BlockError":
      return [{ type: "error", text: String(message.error) }];
    default:
      return [];
  }
}

async function readAll(values: unknown, read: (value: unknown) => Promise<unknown>) {
  const entries = Object.entries(Object(values) as object).map(
    async ([handle, value]) => [handle, await read(value)] as const,
  );
  return Object.fromEntries(await Promise.all(entries)) as Record<string, unknown>;
}
