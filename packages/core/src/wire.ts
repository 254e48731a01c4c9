/**
 * The wire format between a client and a Connect server, for authors of either. Applications don't need this.
 *
 * @module @oomol/connect-core/wire
 */
export { type InexactNumber, inexactNumbersIn, withExactNumbers } from "./wire/exact-numbers.ts";
// By name: all of it would be all of core.js, in which a page has these.
export {
  appletsAnswerSchema,
  blockSchema,
  blocksAnswerSchema,
  createTaskAnswerSchema,
  type DataOf,
  deepestNesting,
  type ExtensionName,
  endOfString,
  excessOf,
  extensionNames,
  extensionsHeader,
  inputValuesNesting,
  installAnswerSchema,
  installTaskAnswerSchema,
  installTaskSchema,
  installTasksAnswerSchema,
  isNestedDeeper,
  type LooseObject,
  logsAnswerSchema,
  Mismatch,
  packagesAnswerSchema,
  type Schema,
  successAnswerSchema,
  taskAnswerSchema,
  taskBodyNesting,
  taskLogSchema,
  taskSchema,
  tasksAnswerSchema,
  type Validation,
  validate,
} from "./wire/index.ts";
export { findInexactNumber, type InexactPlace } from "./wire/inexact-place.ts";
export {
  createTaskBodySchema,
  errorAnswerSchema,
  fileInputsSchema,
  nodeInputsSchema,
  taskUploadsSchema,
} from "./wire/schemas-of-servers.ts";
export {
  mostSharedTasks,
  refusedStreamChange,
  refusedStreamId,
  sharedStreamId,
  sharedTaskId,
} from "./wire/shared-stream.ts";
