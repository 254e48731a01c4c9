/**
 * The messages between an engine and its executors, for those who write either. Blocks need it not.
 *
 * @module @oomol/scriptlet/wire
 */

export * from "./channel.ts";
export { decodeMessage, depthWithin, encodeLeniently, encodeMessage } from "./codec.ts";
export * from "./messages.ts";
export { topics } from "./topics.ts";
