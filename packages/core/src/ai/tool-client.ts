import type { OomolConnectClient } from "../client.ts";

/** The parts of a client that a tool needs. */
export type ToolClient<Source> = Pick<OomolConnectClient<Source>, "blocks" | "tasks">;
