import { createServer, type Server } from "node:net";
import { Aedes } from "aedes";

export interface TestBroker extends AsyncDisposable {
  address: string;
  /** How many clients are subscribed to a topic now. */
  subscriptions(topic: string): number;
  close(): Promise<void>;
}

/** An embedded MQTT broker on a free loopback port; `port` brings one back where it was. */
export async function openBroker(port = 0): Promise<TestBroker> {
  const aedes = await Aedes.createBroker();
  const server: Server = createServer({ noDelay: true }, aedes.handle);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  const subscribed = new Map<string, number>();
  const count = (topic: string, change: number) =>
    subscribed.set(topic, (subscribed.get(topic) ?? 0) + change);
  aedes.on("subscribe", (subscriptions) => {
    for (const { topic } of subscriptions) count(topic, 1);
  });
  aedes.on("unsubscribe", (unsubscriptions) => {
    for (const topic of unsubscriptions) count(topic, -1);
  });
  const close = async () => {
    await new Promise<void>((resolve) => aedes.close(resolve));
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    address: `127.0.0.1:${bound.port}`,
    subscriptions: (topic) => subscribed.get(topic) ?? 0,
    close,
    [Symbol.asyncDispose]: close,
  };
}
