import type { KnownToken } from "../http/callers.ts";
import type { ListeningHttp } from "../http/listen-http.ts";
import type { OpenedParts } from "./opened-parts.ts";
import type { ResolvedServerOptions } from "./options.ts";

/** A server that accepts tasks. */
export interface RunningServer {
  /** What a client takes as its base URL: `http://127.0.0.1:3000/api`. */
  readonly url: string;
  /** Where a browser finds the playground; `undefined` if it has not been built. */
  readonly playgroundUrl: string | undefined;
  /** Counts for every request from now on. Throws, and keeps the old ones, if they cannot be used or would let everyone in. */
  setTokens(tokens: readonly KnownToken[]): void;
  /** Stops everything that was started: HTTP, executors, broker, database. Safe to call twice. */
  close(): Promise<void>;
}

/** What was opened, as its caller sees it. */
export function runningServer(
  { origin }: Pick<ListeningHttp, "origin">,
  { playgroundDirectory, tokens }: Pick<ResolvedServerOptions, "playgroundDirectory" | "tokens">,
  opened: OpenedParts,
): RunningServer {
  return {
    url: `${origin}/api`,
    playgroundUrl: playgroundDirectory && `${origin}/`,
    setTokens: (given) => tokens.replace(given),
    close: () => opened.close(),
  };
}
