import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { AsyncDisposableStack } from "@oomol/test-helpers/async-disposable-stack";
import { openMosquitto } from "./open-mosquitto.ts";

/**
 * A real mosquitto, and a way for executors to it on which nothing passes while it is held. A broker that is killed takes
 * along what it has acknowledged and not yet given on, which no client can know; held first, it has nothing of that kind as soon
 * as the engine hears itself (`FakeEngine.hearItself`).
 */
export async function openHeldBroker() {
  await using resources = new AsyncDisposableStack();
  const broker = resources.use(await openMosquitto());
  const port = Number(broker.address.split(":")[1]);
  const sockets = new Set<Socket>();
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const keep = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer({ noDelay: true }, (executor) => {
    const forward = connect({ port, host: "127.0.0.1", noDelay: true });
    keep(executor, forward);
    keep(forward, executor);
    executor.pipe(forward);
    forward.pipe(executor);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  resources.defer(async () => {
    cutAll();
    server.close();
    await once(server, "close");
  });
  const kept = resources.move();
  return {
    address: broker.address,
    executorAddress: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Nothing passes on the connections that are open now, until they end with the broker. */
    hold() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async kill() {
      await broker.kill();
      cutAll();
    },
    start: broker.start,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
