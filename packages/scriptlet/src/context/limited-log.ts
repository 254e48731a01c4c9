type Stdio = "stdout" | "stderr";

export interface LimitedLog {
  log(text: string, stdio: Stdio): Promise<void>;
  /** Tells what was left out, if it has not been told. */
  end(): void;
}

export interface LogLimitOptions {
  send(text: string, stdio: Stdio): Promise<void>;
  /** Says how much is missing, in words and as a number. */
  tellDropped(warning: string, characters: number): Promise<void>;
  maxPendingCharacters?: number;
}

/** What has been printed and not been taken yet; a block that does not await holds all of it in memory. */
const defaultMaxPendingCharacters = 16 * 2 ** 20;
/** Servers take messages of 16 MiB. */
const partCharacters = 2 ** 20;

/** Bounds what a block prints faster than it can be taken, and splits long texts into parts. */
export function createLimitedLog({ send, tellDropped, maxPendingCharacters }: LogLimitOptions): LimitedLog {
  const most = maxPendingCharacters ?? defaultMaxPendingCharacters;
  let pending = 0;
  let dropped = 0;

  return {
    async log(text, stdio) {
      if (text.length <= partCharacters) return sendPart(text, stdio);
      let last: Promise<void> = Promise.resolve();
      for (let at = 0; at < text.length; ) {
        let end = Math.min(text.length, at + partCharacters);
        // Not between the halves of a character.
        if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
        last = sendPart(text.slice(at, end), stdio);
        at = end;
      }
      return last;
    },
    end: tell,
  };

  function sendPart(text: string, stdio: Stdio): Promise<void> {
    if (pending + text.length > most) {
      dropped += text.length;
      return Promise.resolve();
    }
    tell();
    pending += text.length;
    const sent = send(text, stdio);
    const settle = () => {
      pending -= text.length;
    };
    sent.then(settle, settle);
    return sent;
  }

  function tell(): void {
    if (dropped === 0) return;
    const millions = Math.round(dropped / 1e5) / 10;
    const characters = dropped;
    dropped = 0;
    void tellDropped(
      `${millions < 0.1 ? "Less than 0.1" : millions} million characters that the block printed here are not kept: it printed faster than they could be taken.`,
      characters,
    );
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
