export * from "./extensions.ts";
export * from "./nesting.ts";
export * from "./schema.ts";
export * from "./schemas.ts";
