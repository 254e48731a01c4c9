/**
 * The client of the Connect HTTP API for any runtime with `fetch`.
 *
 * @module @oomol/connect-core
 */
// The client
export { OomolConnectClient } from "./client.ts";
export type { ClientOptions, RetryOptions } from "./options.ts";
export type {
  InstallPollingOptions,
  PollingOptions,
  TaskProgress,
  WaitOptions,
} from "./waiting/polling-options.ts";
export type { RequestOptions } from "./request-options.ts";
export { BackoffStrategy } from "./waiting/backoff.ts";
export { normalizeInputValues } from "./input-values/normalize-input-values.ts";

// Its resources
export type { BlocksClient, ListBlocksOptions, ListBlocksResponse } from "./blocks.ts";
export type {
  CreateTaskResponse,
  GetTaskLogsResponse,
  GetTaskResponse,
  StartOptions,
  TasksClient,
  UploadOptions,
} from "./tasks.ts";
export type { Download, DownloadableTask, DownloadOptions } from "./downloads/download.ts";
export type { DownloadProgress } from "./downloads/download-body.ts";
export type { UploadProgress, UploadProgressFile } from "./transport/upload-progress.ts";
export type { FileUpload } from "./uploads/file-upload.ts";
export type { StoredUpload } from "./uploads/stored-upload.ts";
export type { SendFileOptions, UploadsClient } from "./uploads/uploads-client.ts";
export type {
  GetInstallTaskResponse,
  InstallPackageResponse,
  ListInstallTasksResponse,
  ListPackagesResponse,
  PackagesClient,
} from "./packages.ts";
export type { AppletsClient, RunAppletRequest } from "./applets.ts";

// Requests and results
export type { BlockId, BlockRegistry, BlockRegistrySettings, InputsOf, OutputsOf } from "./block-registry.ts";
export type { CreateTaskRequest, TaskFiles } from "./run/task-request.ts";
export { isFinalStatus } from "./states.ts";
export { eventsOfLog, type TaskEvent } from "./run/task-events.ts";
export {
  isLogOf,
  isPreviewOf,
  type LogPayloads,
  type Preview,
  type PreviewData,
  type PreviewTable,
} from "./run/log-payloads.ts";
export type { RunResult, TaskRun, TaskRunReference } from "./run/task-run.ts";
export type { ListTasksOptions, ListTasksResponse, TaskFilter } from "./run/task-pages.ts";
export type { ListWebhooksOptions, ListWebhooksResponse, WebhooksClient } from "./webhooks-client.ts";
export type { RunManyOptions, SettledRun } from "./run/run-many.ts";
export type {
  Applet,
  Block,
  BlockHandle,
  ExecutorCounts,
  InputValue,
  InstallTask,
  InstallTaskStatus,
  NodeInputs,
  Package,
  PackageDependency,
  PackageProblem,
  RecentFailures,
  ServerBlock,
  ServerDisk,
  ServerStatus,
  SentWebhook,
  ServerWorker,
  Task,
  TaskInputValues,
  TaskLog,
  TaskStatus,
  TaskWebhook,
  WaitingTask,
  WebhookEventType,
  WebhookSecret,
} from "./types.ts";

// Errors
export {
  ApiError,
  ConnectionError,
  InstallFailedError,
  InvalidInputError,
  OomolConnectError,
  TaskFailedError,
  TaskStoppedError,
  TimeoutError,
  UnexpectedResponseError,
  UnsupportedError,
} from "./errors/index.ts";

// Hooks
export {
  type ClientHooks,
  createDebugHooks,
  type RequestInfo,
  type ResponseInfo,
  type RetryInfo,
} from "./hooks.ts";

// For adapters to other runtimes
export { type Clock, systemClock } from "./waiting/delay.ts";
export type { KyLike, KyOptions } from "./transport/ky-fetch.ts";
export { createFetchTransport } from "./transport/fetch-transport.ts";
export type {
  SentFile,
  Transport,
  TransportRequest,
  TransportResponse,
  Upload,
  UploadPart,
} from "./transport/transport.ts";
export { TransportError, toTransportError } from "./transport/transport-error.ts";
export type { NamedData, UploadResolver, UploadSource } from "./transport/upload-source.ts";
