import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Passes TCP on, and resets every connection each time that so many bytes have come of clients. */
export interface CuttingProxy extends AsyncDisposable {
  /** The same address, through the proxy. */
  through(url: string): string;
  /** From now on: counts anew, and cuts there. */
  cutAt(bytes: readonly number[]): void;
  /** How many bytes clients have sent since. */
  readonly sentBytes: number;
  /** How often it has cut since. */
  readonly cuts: number;
}

export async function openCuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const open = new Set<Socket>();
  let places: number[] = [];
  let sentBytes = 0;
  let cuts = 0;
  const cutAll = () => {
    cuts += 1;
    for (const socket of open) socket.resetAndDestroy();
  };
  const server = createServer((client) => {
    const onward = connect({ host: hostname, port: Number(targetPort) });
    for (const [socket, other] of [
      [client, onward],
      [onward, client],
    ] as const) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
    }
    onward.pipe(client);
    client.pipe(onward);
    client.on("data", (chunk: Buffer) => {
      sentBytes += chunk.byteLength;
      if (sentBytes < (places[0] ?? Number.POSITIVE_INFINITY)) return;
      places.shift();
      cutAll();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    through: (url) => Object.assign(new URL(url), { port: String(port) }).href,
    cutAt(bytes) {
      places = [...bytes].sort((one, other) => one - other);
      sentBytes = 0;
      cuts = 0;
    },
    get sentBytes() {
      return sentBytes;
    },
    get cuts() {
      return cuts;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}
