import { once } from "node:events";
import { connect, type Socket } from "node:net";

interface ToldEnd {
  toldAtMs: number;
  text: string;
}

/** Answers of one server that are held, each on a connection of its own. */
export interface OpenWaits {
  /** Resolves when each has told the end: when the last one did, in epoch milliseconds, and what it said. */
  ended: Promise<ToldEnd>;
  close(): void;
}

const openedAtOnce = 100;

/** Asks for `url` so many times, and resolves when the server has every request. */
export async function openWaits(
  url: string,
  { count, headers, end }: { count: number; headers: readonly string[]; end: string },
): Promise<OpenWaits> {
  const { hostname, port, pathname } = new URL(url);
  const request = [`GET ${pathname} HTTP/1.1`, `Host: ${hostname}`, ...headers, "", ""].join("\r\n");
  const sockets: Socket[] = [];
  let left = count;
  let tellEnd = (_told: ToldEnd) => {};
  let fail = (_error: Error) => {};
  const ended = new Promise<ToldEnd>((resolve, reject) => {
    tellEnd = resolve;
    fail = reject;
  });
  ended.catch(() => undefined); // told to who awaits it
  const open = async () => {
    const socket = connect({ host: hostname, port: Number(port) });
    sockets.push(socket);
    socket.setEncoding("utf8").on("error", fail);
    let text = "";
    socket.on("data", (more: string) => {
      const hadEnded = text.includes(end);
      text += more;
      if (hadEnded || !text.includes(end)) return;
      left -= 1;
      if (left === 0) tellEnd({ toldAtMs: Date.now(), text });
    });
    await once(socket, "connect");
    await new Promise<void>((resolve) => socket.write(request, () => resolve()));
  };
  for (let opened = 0; opened < count; opened += openedAtOnce) {
    await Promise.all(Array.from({ length: Math.min(openedAtOnce, count - opened) }, open));
  }
  return {
    ended,
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
