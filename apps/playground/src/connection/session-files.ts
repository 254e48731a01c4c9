/** Files that tasks made on the server, where it hands them out (connect-api 6.5). */
export interface SessionFiles {
  /** An address that this page may load the file from; `undefined` where the server keeps it to itself. */
  open(file: SessionFile, signal: AbortSignal): Promise<string | undefined>;
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
    const answer = await fetch(`${baseUrl}/v1/tasks/${encodeURIComponent(taskId)}`, authorized());
    const names = answer.headers.get("connect-extensions")?.split(",") ?? [];
    return names.some((name) => name.trim() === "files");
  }

  return {
    async open(file, signal) {
      const relative = pathInSession(file);
      if (relative === undefined) return undefined;
      isOffered ??= asksServer(file.taskId);
      if (!(await isOffered)) return undefined;
      const url = `${baseUrl}/v1/tasks/${encodeURIComponent(file.taskId)}/files/${relative}`;
      // Elements send no `Authorization`, so with a token the bytes are fetched here.
      if (!readToken()) return url;
      const answer = await fetch(url, { ...authorized(), signal });
      return answer.ok ? URL.createObjectURL(await answer.blob()) : undefined;
    },
  };
}

/** The part of a path below the task's session directory, ready for an address. */
export function pathInSession({ path, sessionId }: SessionFile): string | undefined {
  const segments = path.split(/[\\/]/);
  const position = sessionId ? segments.indexOf(sessionId) : -1;
  const inside = segments.slice(position + 1);
  if (position < 0 || inside.length === 0 || inside.some((segment) => segment === "..")) return undefined;
  return inside.map(encodeURIComponent).join("/");
}
