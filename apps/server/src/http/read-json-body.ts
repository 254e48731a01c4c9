import { finished, type Readable } from "node:stream";
import { deepestNesting, excessOf, findInexactNumber } from "@oomol/connect-core/wire";
import { joinBytes } from "@oomol/connect-shared/join-bytes";
import { Refusal } from "../refusal.ts";
import { releaseMemory } from "../release-memory.ts";
import type { HeldBytes } from "./bytes-in-flight.ts";
import { stopIdle, watchIdle } from "./stop-idle.ts";

export interface BodyLimits {
  bodyLimitBytes: number;
  /** How long a client may send nothing of a body that has not ended. */
  clientIdleMs: number;
}

/** Reads a JSON body that is small; throws a {@link Refusal}. */
export async function readJsonBody(
  request: Pick<Request, "headers" | "body">,
  limits: BodyLimits,
  inFlight: HeldBytes,
): Promise<unknown> {
  const bodyLimitBytes = Math.min(limits.bodyLimitBytes, smallBytes);
  const body = await readBody(request, { ...limits, bodyLimitBytes }, inFlight);
  return parseJson(new TextDecoder().decode(body), deepestNesting, () => "The body is not valid JSON.");
}

const smallBytes = 64 * 1024;

/** In memory each takes many times the two characters that it may be written in. */
const mostValues = 1_000_000;

/** Parses JSON of at most so many levels, without a number that this would change; `invalid` is the sentence if it is none. */
export function parseJson(text: string, levels: number, invalid: () => string): unknown {
  // Before it is parsed: a text of brackets alone takes seconds, and what it makes slows all that touches it.
  const excess = excessOf(text, { levels, values: mostValues });
  if (excess === "levels") {
    throw new Refusal(
      400,
      `The JSON is nested too deep: a value may have ${deepestNesting} levels, more the engine cannot read.`,
    );
  }
  if (excess === "values") {
    throw new Refusal(
      413,
      `The JSON holds more than the ${mostValues} values that this server takes. Send so many in a file.`,
    );
  }
  const inexact = findInexactNumber(text);
  if (inexact) throw new Refusal(400, inexact.refusal);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, invalid());
  }
}

/** Reads a body to its end; throws a {@link Refusal} if it is too large, or stops coming. */
export async function readBody(
  request: Pick<Request, "headers" | "body">,
  { bodyLimitBytes, clientIdleMs }: BodyLimits,
  inFlight: HeldBytes,
  /** The same body as Node reads it, if that is how it came: web streams cost more than the rest of a short request. */
  nodeBody?: Readable,
): Promise<Uint8Array> {
  const tooLarge = () =>
    new Refusal(413, `The body is larger than the ${bodyLimitBytes} bytes that this server takes.`);
  if (Number(request.headers.get("Content-Length")) > bodyLimitBytes) throw tooLarge();
  const received: Uint8Array[] = [];
  let sizeBytes = 0;
  const take = (chunk: Uint8Array) => {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > bodyLimitBytes) throw tooLarge();
    inFlight.add(chunk.byteLength);
    received.push(chunk);
  };
  if (nodeBody) await eachChunk(nodeBody, clientIdleMs, take);
  else if (request.body) for await (const chunk of stopIdle(request.body, clientIdleMs)) take(chunk);
  const body = joinBytes(received);
  // Of a request as Node reads it they are nobody else's.
  if (nodeBody) received.forEach(releaseMemory);
  return body;
}

/** Gives each chunk as it comes, which takes less than asking for it. The rest of one that fails is left: a refusal is answered. */
function eachChunk(body: Readable, idleMs: number, take: (chunk: Uint8Array) => void): Promise<void> {
  let stopWatching: (() => void)[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    const fail = (error: unknown) => {
      body.off("data", onData).pause();
      reject(error);
    };
    const onData = (chunk: Uint8Array) => {
      try {
        take(chunk);
      } catch (error) {
        fail(error);
      }
    };
    stopWatching = [
      watchIdle(body, idleMs, fail),
      finished(body, { writable: false }, (error) => (error ? fail(error) : resolve())),
    ];
    body.on("data", onData);
  });
  return ended.finally(() => {
    for (const stop of stopWatching) stop();
  });
}
