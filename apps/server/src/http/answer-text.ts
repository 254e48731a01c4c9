import type { ServerResponse } from "node:http";
import { setImmediate as breathe } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { pieceCharacters, piecesOf } from "@oomol/connect-shared/text-pieces";
import type { Context } from "hono";
import type { StoredText, TextPart } from "../store/stored-text.ts";
import { writePiece } from "../write-piece.ts";
import type { BytesInFlight } from "./bytes-in-flight.ts";
import type { CallerEnv } from "./callers.ts";

/** JSON of an answer, in order; what is stored is read when it is sent. */
export type AnswerText = readonly StoredText[];

/** What routes of tasks know of a request. */
export type TasksEnv = CallerEnv & { Bindings: HttpBindings };

type AnswerContext = Context<TasksEnv>;

/** What a large answer holds at once: what is read of it, what is encoded of that, and what is being sent. */
export const streamedBytes = 1024 * 1024;

/** What is less is answered at once. */
const smallCharacters = 64 * 1024;

const json = { "Content-Type": "application/json" };

/** Answers JSON, a large one as {@link answerTexts} does. */
export async function answerText(
  context: AnswerContext,
  text: AnswerText,
  answers: BytesInFlight,
): Promise<Response> {
  const isSmall = text.every((part) => typeof part === "string" && part.length <= smallCharacters);
  if (isSmall) return context.body(text.join(""), 200, json);
  return answerTexts(context, [text], answers);
}

/**
 * Answers JSON. What is more is read and encoded as the client takes it, so that a client that takes nothing holds
 * little, and nobody up.
 */
export async function answerTexts(
  context: AnswerContext,
  texts: AsyncIterable<AnswerText> | Iterable<AnswerText>,
  answers: BytesInFlight,
): Promise<Response> {
  const pieces = piecesOfTexts(texts);
  let begun = "";
  let next = await pieces.next();
  while (!next.done && typeof next.value === "string" && begun.length <= smallCharacters) {
    begun += next.value;
    next = await pieces.next();
  }
  if (next.done) return context.body(begun, 200, json);
  if (context.req.method !== "HEAD") return sendInPieces(context, [begun, next.value], pieces, answers);
  await pieces.return();
  return context.body(null, 200, json);
}

/** So much at a time that encoding it holds up nobody. */
export async function* piecesOfTexts(
  texts: AsyncIterable<AnswerText> | Iterable<AnswerText>,
): AsyncGenerator<TextPart, void> {
  for await (const text of texts) {
    for (const stored of text) {
      if (typeof stored === "string") yield* piecesOf(stored, pieceCharacters);
      else yield* stored.parts();
    }
  }
}

/** To Node's own answer: by the streams of the web each piece is copied, and kept until garbage is collected. */
async function sendInPieces(
  context: AnswerContext,
  begun: readonly TextPart[],
  pieces: AsyncGenerator<TextPart, void>,
  answers: BytesInFlight,
): Promise<Response> {
  const { outgoing } = context.env;
  const held = answers.open(context.get("caller").id);
  try {
    held.add(streamedBytes);
  } catch (busy) {
    await pieces.return();
    throw busy;
  }
  outgoing.writeHead(200, [...context.body(null, 200, json).headers].flat());
  send(outgoing, begun, pieces)
    .catch(() => outgoing.destroy())
    .finally(() => held[Symbol.dispose]());
  return RESPONSE_ALREADY_SENT;
}

async function send(
  outgoing: ServerResponse,
  begun: readonly TextPart[],
  pieces: AsyncIterable<TextPart>,
): Promise<void> {
  for (const piece of begun) await writePiece(outgoing, piece);
  for await (const piece of pieces) {
    if (outgoing.destroyed) break;
    await writePiece(outgoing, piece);
    await breathe(); // the store answers at once: others have their turn
  }
  outgoing.end();
}
