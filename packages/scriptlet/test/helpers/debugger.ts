import { once } from "node:events";
import { SourceMap } from "node:module";

type Params = Record<string, unknown>;

/** A debugger's end of the inspector protocol, as far as one breakpoint needs it. */
export interface Debugger extends AsyncDisposable {
  send(method: string, params?: Params): Promise<Params>;
  /** The next event of that name that has not been asked for yet. */
  next(method: string): Promise<Params>;
}

/** Attaches to the only target on a port. */
export async function attachDebugger(port: number): Promise<Debugger> {
  const response = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(String(target?.webSocketDebuggerUrl));
  await once(socket, "open");
  const answers = new Map<number, (result: Params) => void>();
  const events: { method: string; params: Params }[] = [];
  const changed = new EventTarget();
  let lastId = 0;

  socket.addEventListener("message", ({ data }) => {
    const { id, result, method, params } = JSON.parse(String(data));
    if (id !== undefined) answers.get(id)?.(result);
    else events.push({ method, params });
    changed.dispatchEvent(new Event("event"));
  });

  return {
    send(method, params = {}) {
      lastId += 1;
      const id = lastId;
      socket.send(JSON.stringify({ id, method, params }));
      return new Promise((resolve) => answers.set(id, resolve));
    },
    async next(method) {
      for (;;) {
        const index = events.findIndex((event) => event.method === method);
        if (index >= 0) return events.splice(index, 1)[0]?.params ?? {};
        await once(changed, "event");
      }
    },
    async [Symbol.asyncDispose]() {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}

/** Finds positions through a script's inline source map, as debuggers do; lines and columns count from 0. */
export function readSourceMap(sourceMapUrl: string) {
  const json = Buffer.from(sourceMapUrl.slice(sourceMapUrl.indexOf(",") + 1), "base64").toString();
  const map = new SourceMap(JSON.parse(json));
  const originOf = (line: number, column: number) => {
    const entry = map.findEntry(line, column);
    return "originalLine" in entry ? { source: entry.originalSource, line: entry.originalLine } : undefined;
  };
  return {
    originOf,
    /** The first generated line that stands for a line of a source. */
    generatedLine(sourceName: string, line: number): number {
      for (let generated = 0; generated < 1000; generated += 1) {
        const origin = originOf(generated, 1000);
        if (origin?.line === line && origin.source.endsWith(sourceName)) return generated;
      }
      throw new Error(`No generated line stands for ${sourceName}:${line}.`);
    },
  };
}
