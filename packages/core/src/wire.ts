/**
 * The wire format between a client and a Connect server, for authors of either. Applications don't need this.
 *
 * @module @oomol/connect-core/wire
 */
export { type InexactNumber, inexactNumbersIn, withExactNumbers } from "./wire/exact-numbers.ts";
export * from "./wire/index.ts";
export { findInexactNumber, type InexactPlace } from "./wire/inexact-place.ts";
export {
  createTaskBodySchema,
  errorAnswerSchema,
  fileInputsSchema,
  nodeInputsSchema,
} from "./wire/schemas-of-servers.ts";
