// The client

export type { RunAppletRequest } from "./applets.ts";
export { BackoffStrategy } from "./backoff.ts";
export type { BlockId, BlockRegistry, InputsOf, OutputsOf, TaskRequest } from "./block-registry.ts";
// What it runs, and what comes back
export type { ListBlocksOptions, ListBlocksResponse } from "./blocks.ts";
export { OomolConnectClient } from "./client.ts";
// For adapters to other runtimes
export { type Clock, systemClock } from "./delay.ts";
// What may go wrong
export * from "./errors/index.ts";
export { createFetchTransport } from "./fetch-transport.ts";
// Seeing what happens
export {
  type ClientHooks,
  createDebugHooks,
  type RequestInfo,
  type ResponseInfo,
  type RetryInfo,
} from "./hooks.ts";
export { encodeMultipart, type MultipartBody } from "./multipart.ts";
export type {
  ClientOptions,
  PollingOptions,
  RequestOptions,
  RetryOptions,
  TaskPollingOptions,
} from "./options.ts";
export type {
  GetInstallTaskResponse,
  InstallPackageResponse,
  ListInstallTasksResponse,
  ListPackagesResponse,
} from "./packages.ts";
export type { RunManyOptions, SettledRun } from "./run-many.ts";
export type { TaskEvent } from "./task-events.ts";
export type { RunResult, TaskRun, TaskRunReference } from "./task-run.ts";
export type {
  CreateTaskResponse,
  GetTaskLogsResponse,
  GetTaskResponse,
  ListTasksResponse,
  StartOptions,
  UploadOptions,
  UploadProgress,
} from "./tasks.ts";
export {
  type Transport,
  TransportError,
  type TransportRequest,
  type TransportResponse,
  toTransportError,
  type Upload,
  type UploadPart,
} from "./transport.ts";
export type {
  Applet,
  Block,
  BlockHandle,
  InputValue,
  InputValues,
  InstalledPackage,
  InstallTask,
  NodeInputs,
  Task,
  TaskLog,
  TaskStatus,
} from "./types.ts";
export {
  type NamedData,
  resolveUploadSource,
  type UploadResolver,
  type UploadSource,
} from "./upload-source.ts";
