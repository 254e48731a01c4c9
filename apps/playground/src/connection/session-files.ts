import { pathInSession, path as pathOf } from "@oomol/connect-core/adapter";

/** Files that tasks made on the server, if it hands them out (connect-api 6.5). */
export interface SessionFiles {
  /** An address that this page may load the file from; `undefined` if the server keeps it to itself. */
  open(file: SessionFile, signal: AbortSignal): Promise<string | undefined>;
  /** The same file as it comes; whoever has read enough cancels its body. */
  read(file: SessionFile, signal: AbortSignal): Promise<Response | undefined>;
}

export interface SessionFile {
  taskId: string;
  sessionId: string | undefined;
  /** As the block named it: a path on the server's own disk. */
  path: string;
}

export function createSessionFiles(
  baseUrl: string,
  readToken: () => string,
  fetch: typeof globalThis.fetch = globalThis.fetch.bind(globalThis),
): SessionFiles {
  let isOffered: Promise<boolean> | undefined;
  const authorized = (): RequestInit => (readToken() ? { headers: { authorization: readToken() } } : {});

  async function asksServer(taskId: string): Promise<boolean> {
    const answer = await fetch(`${baseUrl}${pathOf`/v1/tasks/${taskId}`}`, authorized());
    const names = answer.headers.get("connect-extensions")?.split(",") ?? [];
    return names.some((name) => name.trim() === "files");
  }

  async function addressOf(file: SessionFile): Promise<string | undefined> {
    const relative = inSession(file);
    if (relative === undefined) return undefined;
    isOffered ??= asksServer(file.taskId);
    if (!(await isOffered)) return undefined;
    return `${baseUrl}${pathOf`/v1/tasks/${file.taskId}/files/${relative.split("/")}`}`;
  }

  async function read(file: SessionFile, signal: AbortSignal): Promise<Response | undefined> {
    const url = await addressOf(file);
    const answer = url === undefined ? undefined : await fetch(url, { ...authorized(), signal });
    return answer?.ok ? answer : undefined;
  }

  return {
    read,
    async open(file, signal) {
      // Elements send no `Authorization`, so with a token the bytes are fetched here.
      if (!readToken()) return addressOf(file);
      const answer = await read(file, signal);
      return answer && URL.createObjectURL(await answer.blob());
    },
  };
}

/** The part of the file's path below its task's session directory; half a character in a name breaks no address. */
export function inSession({ path, sessionId }: Omit<SessionFile, "taskId">): string | undefined {
  return sessionId === undefined ? undefined : pathInSession(path, sessionId)?.toWellFormed();
}
