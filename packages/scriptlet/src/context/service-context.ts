import type { Context } from "./context.ts";

/** Handles the jobs of one block of a service. */
export type ServiceBlockHandler = (inputs: Record<string, unknown>, context: Context) => unknown;

/** Handles the jobs of every block of a service. */
export type ServiceHandler = (
  blockName: string,
  inputs: Record<string, unknown>,
  context: Context,
) => unknown;

/** A message from an app to services, from a custom user interface for example. */
export interface ServiceMessage {
  job_id?: string;
  node_id?: string;
  flow_path?: string;
  payload?: unknown;
}

/**
 * The argument of a service's entry function, which is called once, when the service starts (oocana-protocol 6.11).
 *
 * @example
 * ```ts
 * export default function main(service: ServiceContext) {
 *   service.blockHandler = { add: ({ a, b }) => ({ sum: Number(a) + Number(b) }) };
 * }
 * ```
 */
export interface ServiceContext {
  /** Set by the service: one function for each block by name, or one for all blocks. */
  blockHandler: Record<string, ServiceBlockHandler> | ServiceHandler | undefined;
  /** `"message"`: an app has sent something. Every service gets it; `job_id` names the addressee. */
  readonly events: {
    /** Starts listening. */
    on(event: "message", listener: (message: ServiceMessage) => void): unknown;
    /** Stops listening. */
    off(event: "message", listener: (message: ServiceMessage) => void): unknown;
  };
  readonly serviceHash: string;
  /** Shared by the whole session that started the service. */
  readonly sessionDir: string;
  /** Persists across sessions (`OOCANA_PKG_DIR`); `""` if the engine sets none. */
  readonly pkgDir: string;
}
