import { subscribe } from "node:diagnostics_channel";
import type { Agent } from "node:http";
import type { Socket } from "node:net";

export interface IdleConnections {
  begin(): void;
  /** Closes the idle connections on which the job's requests were made. */
  close(): void;
}

/**
 * `fetch` and HTTP agents keep connections open for a next request, which is no fault of a block: they are closed, as the
 * server at their other end may do at any time, and the next request opens its own. A connection with a request under way
 * stays, and counts. All of it by documented `diagnostics_channel` names, which the package `undici` uses too.
 */
export function watchIdleConnections(): IdleConnections {
  const fetchSockets = new Set<Socket>();
  const running = new Set<unknown>();
  const agents = new Set<Agent>();
  on<{ socket: Socket }>("undici:client:connected", ({ socket }) => fetchSockets.add(socket));
  on<{ request: unknown }>("undici:request:create", ({ request }) => running.add(request));
  on<{ request: unknown }>("undici:request:trailers", ({ request }) => running.delete(request));
  on<{ request: unknown }>("undici:request:error", ({ request }) => running.delete(request));
  on<{ request: { agent?: Agent } }>("http.client.request.created", ({ request }) => {
    if (request.agent) agents.add(request.agent);
  });
  return {
    begin() {
      fetchSockets.clear();
      running.clear();
      agents.clear();
    },
    close() {
      // The connection of a request is unknown, so either all are idle or none is touched.
      if (running.size === 0) for (const socket of fetchSockets) socket.destroy();
      for (const { freeSockets } of agents) {
        for (const sockets of Object.values(freeSockets))
          for (const socket of sockets ?? []) socket.destroy();
      }
    },
  };
}

function on<Message>(channel: string, listener: (message: Message) => void): void {
  subscribe(channel, (message) => listener(message as Message));
}
