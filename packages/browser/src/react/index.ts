/**
 * React hooks around the client for web pages.
 *
 * @module @oomol/connect-browser/react
 */
export type { BlocksState } from "./blocks-store.ts";
export { ConnectProvider, type ConnectProviderProps, useConnect } from "./connect-provider.ts";
export type { RunState } from "./run-state.ts";
export type { RunOptions } from "./run-store.ts";
export { type UseBlocks, useBlocks } from "./use-blocks.ts";
export { type UseRun, type UseRunOptions, useRun } from "./use-run.ts";
export { type UseUpload, useUpload } from "./use-upload.ts";
