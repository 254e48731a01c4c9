/**
 * The wire format between a client and a Connect server, for authors of either. Applications don't need this.
 *
 * @module @oomol/connect-core/wire
 */
export { type InexactNumber, inexactNumbersIn, withExactNumbers } from "./exact-numbers.ts";
export { type ExtensionName, extensionNames, extensionsHeader } from "./extensions.ts";
export { findInexactNumber, type InexactPlace } from "./inexact-place.ts";
export {
  deepestNesting,
  endOfString,
  excessOf,
  inputValuesNesting,
  isNestedDeeper,
  taskBodyNesting,
} from "./nesting.ts";
export { type DataOf, type LooseObject, Mismatch, type Schema, type Validation, validate } from "./schema.ts";
export {
  appletsAnswerSchema,
  blockSchema,
  blocksAnswerSchema,
  createTaskAnswerSchema,
  createTaskBodySchema,
  errorAnswerSchema,
  fileInputsSchema,
  installAnswerSchema,
  installTaskAnswerSchema,
  installTaskSchema,
  installTasksAnswerSchema,
  logsAnswerSchema,
  nodeInputsSchema,
  packagesAnswerSchema,
  successAnswerSchema,
  taskAnswerSchema,
  taskLogSchema,
  taskSchema,
  tasksAnswerSchema,
} from "./schemas.ts";
