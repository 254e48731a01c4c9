/** The header in which our own server announces its extensions, on every answer. */
export const extensionsHeader = "Connect-Extensions";

/** The extensions that a server may announce (connect-api 6). */
export const extensionNames = [
  "wait",
  "after",
  "events",
  "idempotency",
  "files",
  "delete",
  "pages",
  "files-by-input",
  "shared-events",
  "webhooks",
  "uploads",
  "traces",
  "status",
] as const;

/** One of {@link extensionNames}. */
export type ExtensionName = (typeof extensionNames)[number];
