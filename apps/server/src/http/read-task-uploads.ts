import { taskUploadsSchema, validate } from "@oomol/connect-core/wire";
import { blockNodeId } from "../inputs/node-inputs.ts";
import type { FileInput } from "../inputs/uploaded-file.ts";
import { Refusal } from "../refusal.ts";
import { isRecord } from "../values.ts";

/** An upload that is a file of a task, and the input that it is for, if the caller has named one. */
export interface TaskUpload {
  id: string;
  input: FileInput | undefined;
}

/** As many as a form may hold. */
const mostFiles = 1_000;

/** The field `uploads` of a body (connect-api 6.12); throws a {@link Refusal}. */
export function readTaskUploads(body: unknown): TaskUpload[] {
  const given = isRecord(body) ? (body.uploads ?? []) : [];
  const checked = validate(taskUploadsSchema, given);
  if (!checked.isValid) throw new Refusal(400, '"uploads" must be a list of { id, nodeId?, handle? }.');
  const { data } = checked;
  if (data.length > mostFiles) throw new Refusal(413, `A task may have ${mostFiles} files at most.`);
  const ids = data.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Refusal(400, `"uploads" names "${twice}" twice.`);
  return data.map(({ id, nodeId, handle }) => {
    if (handle !== undefined) return { id, input: { nodeId: nodeId ?? blockNodeId, handle } };
    if (nodeId === undefined) return { id, input: undefined };
    throw new Refusal(400, `"uploads" names a node for "${id}", but no "handle" of it.`);
  });
}
