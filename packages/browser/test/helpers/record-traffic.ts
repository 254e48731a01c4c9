import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A place between a page and its server that writes down every byte. */
export interface TrafficRecorder extends AsyncDisposable {
  /** What the page opens instead of the server. */
  origin: string;
  /** All that the page has sent so far, and all that it got. */
  sent(): string;
  received(): string;
}

export async function recordTraffic(serverOrigin: string): Promise<TrafficRecorder> {
  const { hostname, port } = new URL(serverOrigin);
  const sockets = new Set<Socket>();
  const sent: Buffer[] = [];
  const received: Buffer[] = [];
  const recorder = createServer((page) => {
    const server = connect(Number(port), hostname);
    for (const socket of [page, server]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => [page, server].map((end) => end.destroy()));
    }
    page.on("data", (chunk: Buffer) => void sent.push(chunk));
    server.on("data", (chunk: Buffer) => void received.push(chunk));
    page.pipe(server).pipe(page);
  });
  await new Promise<void>((resolve) => recorder.listen(0, "127.0.0.1", resolve));
  const { port: ownPort } = recorder.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${ownPort}`,
    sent: () => Buffer.concat(sent).toString("latin1"),
    received: () => Buffer.concat(received).toString("latin1"),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      recorder.close();
      await once(recorder, "close");
    },
  };
}
