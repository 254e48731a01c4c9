import { readFile } from "node:fs/promises";
import { readReference } from "../values/references.ts";
import type { VariableStore } from "../values/value-stores.ts";
import { decodeMessage } from "../wire/codec.ts";
import { type BlockEvent, toBlockEvents } from "./block-event.ts";

/** The events of one job, in the order of its messages, with values in place of references. */
export async function collectEvents(
  published: readonly { topic: string; payload: string }[],
  jobId: string,
  variables: VariableStore,
): Promise<BlockEvent[]> {
  const events = published.map(async ({ topic, payload }) => {
    const message = decodeMessage(payload);
    return message?.job_id === jobId ? toBlockEvents(topic, message, read) : [];
  });
  return (await Promise.all(events)).flat();

  async function read(value: unknown): Promise<unknown> {
    const reference = readReference(value);
    if (reference?.kind === "oomol/var") return variables.get(reference.key)?.value;
    // An unreadable file stays a reference, as it would for the next block.
    if (reference?.kind === "oomol/bin") return readFile(reference.path).catch(() => value);
    return value;
  }
}
