import type { RequestOptions } from "../request-options.ts";
import { installTaskAnswerSchema, successAnswerSchema, taskAnswerSchema } from "../wire/index.ts";
import type { Http } from "./http.ts";
import { path } from "./path.ts";
import { requireExtension } from "./require-extension.ts";

// What the extension `delete` (connect-api 6.6) adds; loaded by those who use it.

export async function deleteTask(http: Http, taskId: string, options: RequestOptions): Promise<void> {
  const call = { ...options, path: path`/v1/tasks/${taskId}`, isIdempotent: true } as const;
  const look = { ...call, method: "GET", schema: taskAnswerSchema } as const;
  await requireExtension(http, "delete", "deletes no tasks", look);
  await http.call({ ...call, method: "DELETE", schema: successAnswerSchema });
}

export async function cancelInstall(http: Http, taskId: string, options: RequestOptions) {
  const schema = installTaskAnswerSchema;
  const call = { ...options, path: path`/packages/install/${taskId}`, schema, isIdempotent: true } as const;
  await requireExtension(http, "delete", "cancels no installations", { ...call, method: "GET" });
  return (await http.call({ ...call, method: "DELETE" })).data;
}
