import type pg from "pg";
import type { Logger } from "pino";
import { messageOf } from "../values.ts";
import { endClient } from "./end-client.ts";
import type { Postgres } from "./postgres.ts";

export interface ListeningOptions {
  receive(payload: string): void;
  /** Called after each new connection but the first: something may have been missed. */
  onReconnected(): void;
  log: Logger;
}

/** Whoever waits for a notice looks by himself, too, at least that often. */
const checkMs = 15_000;
const reconnectMs = 250;

/** Listens to channels on one connection, which is replaced whenever it is lost or answers no more. */
export async function keepListening(
  postgres: Postgres,
  channels: readonly string[],
  { receive, onReconnected, log }: ListeningOptions,
): Promise<{ close(): Promise<void> }> {
  let isClosed = false;
  let connecting: Promise<void> | undefined;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;

  const connect = async () => {
    const opened = await postgres.connect();
    opened.on("notification", ({ payload = "" }) => receive(payload));
    try {
      await opened.query(channels.map((channel) => `listen ${channel}`).join("; "));
    } catch (error) {
      await endClient(opened);
      throw error;
    }
    client = opened;
    // A half-open connection is silent; its query times out, and ending it then cuts the socket.
    const check = setInterval(() => void opened.query("select 1").catch(() => endClient(opened)), checkMs);
    opened.once("end", () => {
      clearInterval(check);
      if (!isClosed) reconnect();
    });
  };

  const reconnect = () => {
    retry = setTimeout(() => {
      connecting = connect().then(onReconnected, (error: unknown) => {
        log.warn({ error: messageOf(error) }, "notices of other processes cannot be heard");
        if (!isClosed) reconnect();
      });
    }, reconnectMs);
  };

  await connect();
  return {
    async close() {
      isClosed = true;
      clearTimeout(retry);
      await connecting;
      if (client) await endClient(client);
    },
  };
}
