/**
 * The messages between an engine and its executors, for authors of either. Blocks don't need this.
 *
 * @module @oomol/scriptlet/wire
 */

export * from "./channel.ts";
export { decodeMessage, depthWithin, encodeLeniently, encodeMessage } from "./codec.ts";
export * from "./messages.ts";
export { topics } from "./topics.ts";
