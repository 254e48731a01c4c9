import { createServer, type Server } from "node:net";
import { Aedes } from "aedes";

export interface TestBroker extends AsyncDisposable {
  address: string;
  /** Subscriptions that clients hold now. */
  close(): Promise<void>;
}

/** An embedded MQTT broker on a free loopback port; `port` brings one back where it was. */
export async function openBroker(port = 0): Promise<TestBroker> {
  const aedes = await Aedes.createBroker();
  const server: Server = createServer({ noDelay: true }, aedes.handle);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  const close = async () => {
    await new Promise<void>((resolve) => aedes.close(resolve));
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { address: `127.0.0.1:${bound.port}`, close, [Symbol.asyncDispose]: close };
}
