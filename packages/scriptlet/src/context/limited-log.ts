import { piecesOf } from "@oomol/connect-shared/text-pieces";

export type Stdio = "stdout" | "stderr";

export interface LimitedLog {
  log(text: string, stdio: Stdio): Promise<void>;
  /** Sends what it holds back: call it before anything else of the job is sent. */
  flush(): void;
  /** Sends what it holds back, and tells what was left out, if it has not been told. */
  end(): void;
}

export interface LogLimitOptions {
  send(text: string, stdio: Stdio): Promise<void>;
  /** The same, if the text is taken before it returns; false, and nothing is sent, if it cannot be. */
  sendAtOnce?(text: string, stdio: Stdio): boolean;
  /** Says how much is missing, in words and as a number. */
  tellDropped(warning: string, characters: number): Promise<void>;
  maxPendingCharacters?: number;
}

/** What has been printed and not been taken yet; a block that does not await holds all of it in memory. */
export const defaultMaxPendingCharacters = 16 * 2 ** 20;
/** Servers take messages of 16 MiB. */
const partCharacters = 2 ** 20;
/** Beyond this many messages that nobody has taken yet, lines share a message, which costs more than a short line. */
const maxSeparate = 4_096;
const sharedCharacters = 64 * 1024;
/** What shares a message does not wait longer than this for more, as long as the block prints. */
const maxHeldMs = 1;
/** Lines on the two streams in turn share nothing; with a mainframe that takes nothing at once they are cut here. */
const maxPending = 64 * 1024;

/** Bounds what a block prints faster than it can be taken, and splits long texts into parts. */
export function createLimitedLog({
  send,
  sendAtOnce = () => false,
  tellDropped,
  maxPendingCharacters,
}: LogLimitOptions): LimitedLog {
  const mostCharacters = maxPendingCharacters ?? defaultMaxPendingCharacters;
  let pending = 0;
  let pendingCharacters = 0;
  let dropped = 0;
  let held: HeldLines | undefined;

  return {
    log(text, stdio) {
      if (text.length <= partCharacters) return take(text, stdio);
      let last = nothingToDo;
      for (const part of piecesOf(text, partCharacters)) last = take(part, stdio);
      return last;
    },
    flush,
    end() {
      flush();
      tell();
    },
  };

  // Not async: the promises of a block that never yields would wait for it.
  function take(text: string, stdio: Stdio): Promise<void> {
    if (held !== undefined && !hasRoomFor(held, text, stdio)) flush();
    if (pendingCharacters + text.length > mostCharacters || pending >= maxPending) {
      flush();
      if (dropped === 0 && sendAtOnce(text, stdio)) return nothingToDo;
      dropped += text.length;
      return nothingToDo;
    }
    tell();
    pendingCharacters += text.length;
    if (pending < maxSeparate) return sendNow(text, stdio, text.length);
    held ??= holdLines(stdio);
    held.lines.push(text);
    held.characters += text.length;
    return held.sent;
  }

  function sendNow(text: string, stdio: Stdio, characters: number): Promise<void> {
    pending += 1;
    const sent = send(text, stdio);
    const settle = () => {
      pending -= 1;
      pendingCharacters -= characters;
      flush();
    };
    sent.then(settle, settle);
    return sent;
  }

  function flush(): void {
    if (held === undefined) return;
    const { lines, stdio, characters, settle } = held;
    held = undefined;
    const text = lines.join("\n");
    if (sendAtOnce(text, stdio)) {
      pendingCharacters -= characters;
      settle(nothingToDo);
    } else settle(sendNow(text, stdio, characters));
  }

  function tell(): void {
    if (dropped === 0) return;
    const characters = dropped;
    dropped = 0;
    void tellDropped(explainDropped(characters, "the block"), characters);
  }
}

/** The sentence in place of what is dropped. */
export function explainDropped(characters: number, who: string): string {
  const millions = Math.round(characters / 1e5) / 10;
  return `${millions < 0.1 ? "Less than 0.1" : millions} million characters that ${who} printed here are not kept: it printed faster than they could be taken.`;
}

interface HeldLines {
  stdio: Stdio;
  lines: string[];
  characters: number;
  sinceMs: number;
  sent: Promise<void>;
  settle(sent: Promise<void>): void;
}

const nothingToDo = Promise.resolve();

function holdLines(stdio: Stdio): HeldLines {
  let settle: HeldLines["settle"] = () => {};
  const sent = new Promise<void>((resolve) => (settle = resolve));
  // Nobody has to await it.
  sent.catch(() => undefined);
  return { stdio, lines: [], characters: 0, sinceMs: performance.now(), sent, settle };
}

function hasRoomFor(held: HeldLines, text: string, stdio: Stdio): boolean {
  const { lines, characters, sinceMs } = held;
  return (
    stdio === held.stdio &&
    characters + lines.length + text.length < sharedCharacters &&
    performance.now() - sinceMs < maxHeldMs
  );
}
