export { type ExtensionName, extensionNames, extensionsHeader } from "./extensions.ts";
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
  installAnswerSchema,
  installTaskAnswerSchema,
  installTaskSchema,
  installTasksAnswerSchema,
  logsAnswerSchema,
  packagesAnswerSchema,
  successAnswerSchema,
  taskAnswerSchema,
  taskLogSchema,
  taskSchema,
  tasksAnswerSchema,
} from "./schemas.ts";
