import type { ServerResponse } from "node:http";
import { setImmediate as breathe } from "node:timers/promises";
import { writePiece } from "../write-piece.ts";
import { type AnswerText, piecesOfTexts, streamedBytes } from "./answer-text.ts";
import type { BytesInFlight } from "./bytes-in-flight.ts";

/** In characters. */
const writtenTogether = 64 * 1024;

/** Writes server-sent events: small ones together, large ones in pieces, as the client takes them. */
export class EventWriter {
  readonly #outgoing: ServerResponse;
  readonly #answers: BytesInFlight;
  readonly #caller: string;
  #text = "";
  /** The beginning of an event is written, and not its end. */
  #isWithin = false;

  constructor(outgoing: ServerResponse, answers: BytesInFlight, caller: string) {
    this.#outgoing = outgoing;
    this.#answers = answers;
    this.#caller = caller;
  }

  /** One event, whose JSON holds no line break, which would end it. A small one may wait until {@link flush}. */
  async add(event: string, json: AnswerText, id?: number | string): Promise<void> {
    const end = `\n${id === undefined ? "" : `id: ${id}\n`}\n`;
    const text = [`event: ${event}\ndata: `, ...json, end];
    const length = text.reduce((sum, part) => sum + part.length, 0);
    if (length > writtenTogether) return this.#writeLarge([this.#take(), ...text], length);
    this.#text += text.join("");
    if (this.#text.length > writtenTogether) await this.flush();
  }

  /** Resolves when the client has room for more, or is gone. */
  async flush(): Promise<void> {
    const text = this.#take();
    if (text.length > writtenTogether) await this.#writeLarge([text], text.length);
    else if (text !== "") await writePiece(this.#outgoing, text);
  }

  /** A sign of life: a comment, unless it would become a part of an event that is under way. */
  beat(): void {
    if (!this.#isWithin) this.#outgoing.write(": still here\n\n");
  }

  end(): void {
    this.#outgoing.end(this.#take());
  }

  #take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  async #writeLarge(text: AnswerText, length: number): Promise<void> {
    if (this.#outgoing.destroyed) return;
    const gone = new AbortController();
    const leave = () => gone.abort();
    this.#outgoing.once("close", leave);
    try {
      using _held = await this.#answers.wait(this.#caller, Math.min(length, streamedBytes), gone.signal);
      this.#isWithin = true;
      for await (const piece of piecesOfTexts([text])) {
        if (gone.signal.aborted) return;
        await writePiece(this.#outgoing, piece);
        await breathe(); // others have their turn
      }
    } finally {
      this.#isWithin = false;
      this.#outgoing.off("close", leave);
    }
  }
}
