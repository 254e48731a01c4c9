/** What Node.js does not run, or not with all that TypeScript has. */
export const compiledExtensions = new Set([".ts", ".mts", ".cts", ".tsx", ".jsx"]);
