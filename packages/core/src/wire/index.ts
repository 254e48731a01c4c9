export * from "./extensions.ts";
export * from "./schemas.ts";
export { type Schema, type Validation, validate } from "./validate.ts";
