import { setTimeout as pause } from "node:timers/promises";
import { createFaultPlan, openTcpFaultProxy, tcpFaultKinds } from "@oomol/fault-proxy";
import { AsyncDisposableStack } from "@oomol/test-helpers/async-disposable-stack";
import { openMosquitto } from "./open-mosquitto.ts";

/** A slow or stalled connection would last for ever otherwise. */
const longestConnectionMs = 150;

/** A real mosquitto, and a way to it over a network that is well until `strike`, and again after it. */
export async function openFaultyBroker(seed: number) {
  await using resources = new AsyncDisposableStack();
  const broker = resources.use(await openMosquitto());
  const plan = createFaultPlan({ seed, share: 0.9, kinds: tcpFaultKinds });
  let isStriking = false;
  const proxy = resources.use(
    await openTcpFaultProxy({
      target: { host: "127.0.0.1", port: Number(broker.address.split(":")[1]) },
      plan: { draw: () => (isStriking ? plan.draw() : undefined) },
      mostBytesBefore: 20_000,
    }),
  );
  const kept = resources.move();
  return {
    /** The broker's own, without any faults. */
    address: broker.address,
    executorAddress: `127.0.0.1:${proxy.port}`,
    tally: plan.tally,
    connections: () => proxy.connections(),
    /** Breaks the connection, and lets so many new ones meet their fault. */
    async strike(connections: number): Promise<void> {
      isStriking = true;
      while (plan.drawn < connections) {
        proxy.cutAll();
        await pause(longestConnectionMs);
      }
      isStriking = false;
      proxy.cutAll();
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
