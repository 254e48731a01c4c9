import type { ListeningHttp } from "../http/listen-http.ts";
import type { OpenedParts } from "./opened-parts.ts";

/** A server that accepts tasks. */
export interface RunningServer {
  /** What a client takes as its base URL: `http://127.0.0.1:3000/api`. */
  readonly url: string;
  /** Where a browser finds the playground; `undefined` if it has not been built. */
  readonly playgroundUrl: string | undefined;
  /** Stops everything that was started: HTTP, executors, broker, database. Safe to call twice. */
  close(): Promise<void>;
}

/** What was opened, as its caller sees it. */
export function runningServer(
  { origin }: Pick<ListeningHttp, "origin">,
  { playgroundDirectory }: { playgroundDirectory: string | undefined },
  opened: OpenedParts,
): RunningServer {
  return {
    url: `${origin}/api`,
    playgroundUrl: playgroundDirectory && `${origin}/`,
    close: () => opened.close(),
  };
}
