import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { WebhookClock } from "../src/webhooks/webhook-clock.ts";

/** A webhook as its receiver got it. */
export interface Received {
  headers: Record<string, string>;
  body: string;
  event: { type: string; data: { task: { id: string; status: string }; [field: string]: unknown } };
  path: string;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** Receives webhooks on a port of this machine, and answers what `answer` says: 204 by default. */
export async function openReceiver({
  answer = () => ({ status: 204 }),
  port = 0,
}: {
  answer?: (received: Received, index: number) => Answer | Promise<Answer>;
  port?: number;
} = {}) {
  const received: Received[] = [];
  const listeners = new Set<() => void>();
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const one = { headers: flat(request.headers), body, event: JSON.parse(body), path: request.url ?? "" };
    received.push(one);
    const { status, headers = {}, body: text = "" } = await answer(one, received.length - 1);
    response.writeHead(status, headers).end(text);
    for (const listener of [...listeners]) listener();
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const { port: own } = server.address() as AddressInfo;
  return {
    received,
    port: own,
    url: `http://127.0.0.1:${own}/hooks`,
    /** Those that came, once they are so many. */
    async waitFor(count: number): Promise<Received[]> {
      while (received.length < count) await new Promise<void>((resolve) => listeners.add(resolve));
      return received;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** A clock that a test sets forward; it goes on by itself, too. */
export function settableClock() {
  let aheadMs = 0;
  const timers = new Set<{ atMs: number; run: () => void }>();
  const now = () => Date.now() + aheadMs;
  const clock: WebhookClock = {
    now,
    after(ms, run) {
      const timer = { atMs: now() + ms, run };
      timers.add(timer);
      const real = setTimeout(() => timers.delete(timer) && run(), ms).unref();
      return () => {
        timers.delete(timer);
        clearTimeout(real);
      };
    },
  };
  return {
    ...clock,
    advance(ms: number) {
      aheadMs += ms;
      for (const timer of [...timers]) if (timer.atMs <= now() && timers.delete(timer)) timer.run();
    },
  };
}
