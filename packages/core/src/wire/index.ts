export * from "./extensions.ts";
export * from "./schemas.ts";
