export { decodeMessage, encodeLeniently, encodeMessage } from "./codec.ts";
export * from "./messages.ts";
export { topics } from "./topics.ts";
