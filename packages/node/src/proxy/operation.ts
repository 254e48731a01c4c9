import type { NodeInputs } from "@oomol/connect-core";

/** The operation that a request asks for, named like the client's method; `authorize` decides on it. */
export type ProxyOperation =
  | { name: "blocks.list" | "applets.list" | "packages.list" | "packages.listInstallTasks" | "tasks.list" }
  /** One stream of the events of many tasks; each that is named is a `tasks.get` as well, which `authorize` decides on next. */
  | { name: "tasks.follow" }
  /** `uploads` are the ids of the uploads that the task takes. */
  | {
      name: "tasks.create";
      blockId: string;
      inputValues: readonly NodeInputs[];
      uploads?: readonly string[];
    }
  /** A file that is sent before its task; `uploads.resume` sends its bytes and asks how many have arrived. */
  | { name: "uploads.start"; sizeBytes: number }
  | { name: "uploads.resume" | "uploads.delete"; uploadId: string }
  | { name: "tasks.get" | "tasks.getLogs" | "tasks.stop"; taskId: string }
  /** `path` is the file's path, decoded. */
  | { name: "tasks.getFile"; taskId: string; path: string }
  | { name: "packages.install"; packageName: string; version: string }
  | { name: "packages.getInstallTask"; taskId: string };

export type OperationName = ProxyOperation["name"];
