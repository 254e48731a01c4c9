import { publicPath } from "../packages/public-path.ts";
import type { Runnable } from "../packages/read-package.ts";
import type { StoredInstall } from "../store/install-store.ts";
import type { StoredLog, StoredTask } from "../store/task-rows.ts";
import type { BlockAnswer, InstallAnswer, TaskAnswer, TaskLogAnswer } from "./answer-schemas.ts";
import type { AnswerText } from "./answer-text.ts";

/** A local server knows one project and one user. */
export const localProject = "local";

/** A block or flow as `GET /v1/blocks` lists it. */
export function blockAnswer({
  packageName,
  name,
  path,
  title,
  description,
  inputs,
  outputs,
}: Runnable): BlockAnswer {
  return {
    package: packageName,
    name,
    path,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(inputs && { inputs }),
    ...(outputs && { outputs }),
  };
}

/** A task as every task route answers it; `pendingReason` says why nobody can run it now. */
export function taskAnswer(task: StoredTask, pendingReason?: string): AnswerText {
  const others: Omit<TaskAnswer, "inputValues"> = {
    id: task.id,
    status: task.status,
    project_id: localProject,
    manifest_path: task.blockId,
    created_at: task.createdAt,
    updated_at: task.updatedAt,
    ...(pendingReason !== undefined && { pending_reason: pendingReason }),
  };
  return [`${JSON.stringify(others).slice(0, -1)},"inputValues":`, task.inputValues, "}"];
}

/** A task with further members of its answer. */
export function oneTask(task: StoredTask, others: object, pendingReason?: string): AnswerText {
  return ['{"task":', ...taskAnswer(task, pendingReason), `,${JSON.stringify(others).slice(1)}`];
}

/** The JSON of a log row, as `GET /v1/tasks/:id/logs` and the event stream answer it: its event is JSON already. */
export function logAnswer(log: StoredLog, { blockId }: StoredTask): AnswerText {
  const others: Omit<TaskLogAnswer, "event"> = {
    id: log.id,
    project_name: localProject,
    session_id: log.session_id,
    node_id: log.node_id,
    manifest_path: blockId,
    type: log.type,
    created_at: log.created_at,
  };
  return [`${JSON.stringify(others).slice(0, -1)},"event":`, log.event, "}"];
}

/** An install as `GET /packages/install` answers it. */
export function installAnswer(install: StoredInstall, progress?: string): InstallAnswer {
  const { id, name, version, status, dependencies, error, createdAt, updatedAt } = install;
  return {
    id,
    name,
    version,
    status,
    ...(status === "success" && {
      packagePath: publicPath(install),
      dependencies: dependencies.map((one) => ({ ...one, packagePath: publicPath(one) })),
    }),
    ...(status === "running" && progress !== undefined && { progress }),
    ...(error !== null && { error }),
    createdAt,
    updatedAt,
  };
}
