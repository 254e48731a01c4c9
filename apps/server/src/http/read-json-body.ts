import { Refusal } from "../refusal.ts";

/** Reads a JSON body of at most `limitBytes`; throws a {@link Refusal}. */
export async function readJsonBody(request: Request, limitBytes: number): Promise<unknown> {
  const text = await readText(request, limitBytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "The body is not valid JSON.");
  }
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
