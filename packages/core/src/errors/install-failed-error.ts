import type { InstallTask } from "../types.ts";
import { OomolConnectError } from "./oomol-connect-error.ts";

/** The server could not install a package. */
export class InstallFailedError extends OomolConnectError {
  static override readonly errorName: string = "InstallFailedError";
  readonly taskId: string;
  readonly task: InstallTask;

  constructor(task: InstallTask) {
    const version = task.version ? `@${task.version}` : "";
    super(
      "install_failed",
      `Installing ${task.name}${version} failed: ${task.error ?? "the server gives no reason."}`,
    );
    this.taskId = task.id;
    this.task = task;
  }
}
