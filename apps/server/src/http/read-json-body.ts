import type { Readable } from "node:stream";
import { deepestNesting, isNestedDeeper, taskBodyNesting } from "@oomol/connect-core/wire";
import { Refusal } from "../refusal.ts";
import type { RequestBytes } from "./bytes-in-flight.ts";
import { stopIdle } from "./stop-idle.ts";

export interface BodyLimits {
  bodyLimitBytes: number;
  /** How long a client may send nothing of a body that has not ended. */
  clientIdleMs: number;
}

/** Reads a JSON body; throws a {@link Refusal}. */
export async function readJsonBody(
  request: Pick<Request, "headers" | "body">,
  limits: BodyLimits,
  inFlight: RequestBytes,
  /** The same body as Node reads it, if that is how it came: web streams cost more than the rest of a short request. */
  nodeBody?: Readable,
): Promise<unknown> {
  const text = await readText(request, limits, inFlight, nodeBody);
  requireShallow(text, deepestNesting + taskBodyNesting);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, isForm(text) ? labelledForm : "The body is not valid JSON.");
  }
}

/** Before it is parsed: a text of brackets alone holds the process for seconds, and what it makes slows all that touches it. */
export function requireShallow(json: string, levels: number): void {
  if (!isNestedDeeper(json, levels)) return;
  throw new Refusal(
    400,
    `The JSON is nested too deep: a value may have ${deepestNesting} levels, more the engine cannot read.`,
  );
}

const labelledForm =
  "The body is a form, but its Content-Type says application/json: leave that header to the HTTP library, which knows the boundary.";

/** The published Python client sends files like this. */
function isForm(text: string): boolean {
  return /^--[^\r\n]+\r\ncontent-disposition: form-data/i.test(text);
}

async function readText(
  request: Pick<Request, "headers" | "body">,
  { bodyLimitBytes, clientIdleMs }: BodyLimits,
  inFlight: RequestBytes,
  nodeBody: Readable | undefined,
): Promise<string> {
  const tooLarge = () =>
    new Refusal(413, `The body is larger than the ${bodyLimitBytes} bytes that this server takes.`);
  if (Number(request.headers.get("Content-Length")) > bodyLimitBytes) throw tooLarge();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  let sizeBytes = 0;
  // A refusal still has to be answered on the connection.
  const chunks = nodeBody?.iterator({ destroyOnReturn: false }) ?? request.body;
  if (chunks === null) return text;
  for await (const chunk of stopIdle(chunks, clientIdleMs)) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > bodyLimitBytes) throw tooLarge();
    inFlight.add(chunk.byteLength);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
