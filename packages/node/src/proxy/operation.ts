import type { NodeInputs } from "@oomol/connect-core";

/** What a request asks of the proxy, named as the client's method: what `authorize` decides on. */
export type ProxyOperation =
  | { name: "blocks.list" | "applets.list" | "packages.list" | "packages.listInstallTasks" | "tasks.list" }
  | { name: "tasks.create"; blockId: string; inputValues: readonly NodeInputs[] }
  | { name: "tasks.get" | "tasks.getLogs" | "tasks.stop"; taskId: string }
  /** `path` is that of the file, decoded. */
  | { name: "tasks.getFile"; taskId: string; path: string }
  | { name: "packages.install"; packageName: string; version: string }
  | { name: "packages.getInstallTask"; taskId: string };

export type OperationName = ProxyOperation["name"];
