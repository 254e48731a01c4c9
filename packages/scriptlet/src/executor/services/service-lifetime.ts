import type { ServiceBlockPayload } from "../../wire/messages.ts";

const defaultKeepAliveSeconds = 10;

/** How long a service lives (oocana-protocol 6.11). */
export interface ServiceLifetime {
  /** It outlives sessions, and serves all of them. */
  isGlobal: boolean;
  /** How long it stays after its last job, in milliseconds; undefined if jobs do not decide. */
  keepAliveMs: number | undefined;
}

/** Reads a service's lifetime from its manifest; an unknown or missing one is the end of the session. */
export function readLifetime({ service_executor }: ServiceBlockPayload): ServiceLifetime {
  const stopAt = service_executor?.stop_at?.toLowerCase();
  const keepAliveSeconds = service_executor?.keep_alive ?? defaultKeepAliveSeconds;
  return {
    isGlobal: stopAt === "app_end" || stopAt === "never",
    keepAliveMs: stopAt === "block_end" ? keepAliveSeconds * 1000 : undefined,
  };
}
