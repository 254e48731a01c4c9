export * from "./messages.ts";
export { topics } from "./topics.ts";
