/**
 * For blocks: the `Context`, `defineBlock`, and the errors that a block may meet.
 *
 * @module @oomol/scriptlet
 */
export {
  type BlockFunction,
  type BlockResult,
  type Context,
  type Credential,
  type Downstream,
  type HostInfo,
  type KeepAlive,
  keepAlive,
  type LlmEnvironment,
  type Logger,
  type QueriedBlock,
} from "./context/context.ts";
export type { OutputSource } from "./context/output-source.ts";
export type {
  ServiceBlockHandler,
  ServiceContext,
  ServiceHandler,
  ServiceMessage,
} from "./context/service-context.ts";
export type { BlockJob, RunBlockOptions } from "./context/run-block.ts";
export { type BlockDefinition, type DefinedBlock, defineBlock } from "./define-block/define-block.ts";
export { HandleValueError } from "./define-block/handle-value-error.ts";
export { JobOverError } from "./errors/job-over-error.ts";
export { RequestFailedError } from "./errors/request-failed-error.ts";
export { RequestTimeoutError } from "./errors/request-timeout-error.ts";
export type { DataFrame } from "./frames/data-frame.ts";
export type { Plot } from "./previews/plot.ts";
export type { Previewable } from "./previews/prepare-preview.ts";
export type {
  PreviewBytes,
  PreviewMedia,
  PreviewPayload,
  PreviewSource,
  TableData,
} from "./previews/preview-payload.ts";
export type { HandleDef, HandleDefs, HandleSchema, OutputTarget, StackLevel } from "./wire/messages.ts";
