/** The header in which our own server names the extensions that it knows, on every answer. */
export const extensionsHeader = "Connect-Extensions";

/** What a server may announce (connect-api 6). */
export const extensionNames = ["wait", "after", "events", "idempotency", "files"] as const;

/** One of {@link extensionNames}. */
export type ExtensionName = (typeof extensionNames)[number];
