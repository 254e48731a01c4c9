import { createRequire } from "node:module";

/** The version of this program. */
export const ownVersion: string = createRequire(import.meta.url)(
  "@oomol/connect-server/package.json",
).version;
