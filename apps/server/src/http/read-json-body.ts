import { deepestNesting, isNestedDeeper, taskBodyNesting } from "@oomol/connect-core/wire";
import { Refusal } from "../refusal.ts";

/** Reads a JSON body of at most `limitBytes`; throws a {@link Refusal}. */
export async function readJsonBody(request: Request, limitBytes: number): Promise<unknown> {
  const text = await readText(request, limitBytes);
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

async function readText(request: Request, limitBytes: number): Promise<string> {
  const tooLarge = new Refusal(
    413,
    `The body is larger than the ${limitBytes} bytes that this server takes.`,
  );
  if (Number(request.headers.get("Content-Length")) > limitBytes) throw tooLarge;
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > limitBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
