import type { OomolConnectClient } from "../client.ts";

/** Any client of a Connect server. */
export type TracedClient = Pick<OomolConnectClient<never>, "tasks" | "blocks">;
