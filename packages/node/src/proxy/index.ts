/**
 * A proxy that keeps a web app's token on its server; it uses web standards only and runs in any runtime.
 *
 * @module @oomol/connect-node/proxy
 */
export type { AllowBlocks } from "./allow-blocks.ts";
export { type ConnectProxy, createConnectProxy } from "./create-connect-proxy.ts";
export type { ProxyOperation } from "./operation.ts";
export type { Authorize, ConnectProxyOptions } from "./options.ts";
