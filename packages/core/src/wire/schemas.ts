import {
  anything,
  flag,
  list,
  listOfGood,
  number,
  object,
  record,
  type Schema,
  text,
  that,
} from "./schema.ts";

// Servers in the field add fields, omit some and send null for others: require only the fields that the client uses.

const textOrNull = that("text or null", (value) => typeof value === "string" || value === null);
/** A time; epoch milliseconds. */
const epochMs = number;

/** An input or output of a block, as its manifest declares it. */
const blockHandleSchema = object({ handle: text }, { description: text, nullable: flag });

/** The inputs of one node, in the node form, the only one on the wire. */
export const nodeInputs = object({
  nodeId: text,
  inputs: list(object({ handle: text, value: anything })),
});

/** A block as servers list it (connect-api 4.1). */
export const blockSchema = object(
  { package: text, name: text, path: text },
  {
    description: text,
    inputs: listOfGood(blockHandleSchema),
    outputs: listOfGood(blockHandleSchema),
  },
);

/** A task (connect-api 4.2). */
export const taskSchema = object(
  { id: text, status: text },
  {
    project_id: text,
    manifest_path: text,
    inputValues: listOfGood(nodeInputs),
    pending_reason: text,
    created_at: epochMs,
    updated_at: epochMs,
  },
);

/** A log (connect-api 4.3). */
export const taskLogSchema = object(
  { id: number, type: text },
  {
    project_name: text,
    session_id: text,
    node_id: textOrNull,
    manifest_path: text,
    event: record,
    created_at: epochMs,
  },
);

/** Answers `GET /v1/blocks`. */
export const blocksAnswerSchema = object({ blocks: list(blockSchema) });
/** Answers every call about one task. */
export const taskAnswerSchema = object({ task: taskSchema }, { success: flag });
/** Answers `POST /v1/tasks`. */
export const createTaskAnswerSchema = object({ task: taskSchema }, { success: flag, userID: text });
/** Answers `GET /v1/tasks`. */
export const tasksAnswerSchema = object({ tasks: list(taskSchema) }, { next: text });
/** Answers `GET /v1/tasks/{id}/logs`. */
export const logsAnswerSchema = object({ logs: list(taskLogSchema) }, { next: number, success: flag });

/** Answers `DELETE /v1/tasks/{id}`. */
export const successAnswerSchema = object({}, { success: flag });

/** Answers `GET /packages`. */
export const packagesAnswerSchema = object(
  { packages: list(object({ name: text, version: text })) },
  { problems: listOfGood(object({ path: text, message: text })) },
);

/** An installation (connect-api 4.4). */
export const installTaskSchema = object(
  { id: text, name: text, status: text },
  {
    version: text,
    packagePath: text,
    dependencies: listOfGood(object({ name: text, version: text, packagePath: text })),
    error: text,
    createdAt: epochMs,
    updatedAt: epochMs,
  },
);

/** Servers give an installation in a field of the answer, at its top level, or both (connect-api 2). */
const orAtTop =
  <Data>(field: "taskId" | "task", answer: Schema<Data>): Schema<Data> =>
  (body) => {
    const id: unknown = Reflect.get(Object(body), "id");
    return answer(typeof id === "string" ? { [field]: field === "task" ? body : id, ...Object(body) } : body);
  };
/** Answers `POST /packages/install`. */
export const installAnswerSchema = orAtTop("taskId", object({}, { taskId: text, success: flag }));
/** Answers `GET /packages/install/{id}`. */
export const installTaskAnswerSchema = orAtTop(
  "task",
  object({ task: installTaskSchema }, { success: flag }),
);
/** Answers `GET /packages/install`. */
export const installTasksAnswerSchema = object({ tasks: list(installTaskSchema) }, { success: flag });

/** Answers `POST /rpc/listApplets`. */
export const appletsAnswerSchema = list(
  object(
    {
      appletId: text,
      data: object(
        { packageId: text, blockName: text },
        { id: text, title: text, description: text, createdAt: epochMs, presetInputs: record },
      ),
    },
    { userId: text, createdAt: epochMs, updatedAt: epochMs },
  ),
);
