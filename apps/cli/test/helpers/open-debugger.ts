import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

export interface Debugger extends AsyncDisposable {
  /** Lets the program run to its first `debugger` statement, and answers in which script that is. */
  runUntilPaused(): Promise<{ url: string; sourceMapURL: string }>;
  resume(): void;
}

/** Attaches to a Node.js program as an editor does, as soon as it listens. */
export async function openDebugger(port: number): Promise<Debugger> {
  const socket = new WebSocket(await findTarget(port));
  await once(socket, "open");
  const scripts = new Map<string, { url: string; sourceMapURL: string }>();
  const paused = new Promise<string>((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      const { method, params } = JSON.parse(String(data));
      if (method === "Debugger.scriptParsed") scripts.set(params.scriptId, params);
      if (method === "Debugger.paused") resolve(params.callFrames[0].location.scriptId);
    });
  });
  let id = 0;
  const send = (method: string) => {
    id += 1;
    socket.send(JSON.stringify({ id, method }));
  };
  return {
    async runUntilPaused() {
      for (const method of ["Runtime.enable", "Debugger.enable", "Runtime.runIfWaitingForDebugger"]) {
        send(method);
      }
      const found = scripts.get(await paused);
      if (!found) throw new Error("The program stopped in a script that was not announced.");
      return found;
    },
    resume: () => send("Debugger.resume"),
    async [Symbol.asyncDispose]() {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}

async function findTarget(port: number): Promise<string> {
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
      const [target] = (await answer.json()) as { webSocketDebuggerUrl: string }[];
      if (target) return target.webSocketDebuggerUrl;
    } catch {
      // It has not been started yet.
    }
    await delay(20);
  }
}
