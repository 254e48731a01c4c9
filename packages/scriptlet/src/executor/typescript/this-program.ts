/** What another thread or process imports to load TypeScript as this one does: source of this package, or a file of its build. */
export const loaderUrl = new URL(
  import.meta.url.endsWith(".ts") ? "./load-typescript.ts" : "./load-typescript.js",
  import.meta.url,
).href;
