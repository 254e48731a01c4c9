import { createTaskBodySchema, deepestNesting, inputValuesNesting } from "@oomol/connect-core/wire";
import type { NodeInputs } from "../inputs/node-inputs.ts";
import { Refusal } from "../refusal.ts";
import { isRecord } from "../values.ts";
import type { RequestBytes } from "./bytes-in-flight.ts";
import { readJsonBody, requireShallow } from "./read-json-body.ts";
import { type FormRequest, type ReceivedFile, receiveForm, type UploadLimits } from "./uploads.ts";

/** What a caller asks to run. */
export interface TaskRequest {
  blockId: string;
  inputValues: NodeInputs;
  /** In the order of their parts. */
  files: ReceivedFile[];
}

/** Reads the body of `POST /v1/tasks`, JSON or a form; files go into `uploadDirectory`. Throws a {@link Refusal}. */
export async function readTaskRequest(
  form: FormRequest,
  uploadDirectory: string,
  limits: UploadLimits,
  inFlight: RequestBytes,
): Promise<TaskRequest> {
  const { request, body } = form;
  const type = request.headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/json") {
    return { ...checkBody(await readJsonBody(request, limits, inFlight, body)), files: [] };
  }
  if (type === "multipart/form-data") {
    const { fields, files } = await receiveForm(form, uploadDirectory, limits, inFlight);
    const inputValues = parseInputValues(fields.get("inputValues"));
    const block = { manifest: fields.get("manifest"), blockId: fields.get("blockId") };
    return { ...checkBody({ ...block, inputValues }), files };
  }
  throw new Refusal(
    415,
    `A task is created with application/json or multipart/form-data, not with ${type === "" ? "no Content-Type" : type}.`,
  );
}

function parseInputValues(text: string | undefined): unknown {
  if (text === undefined || text === "") return undefined;
  requireShallow(text, deepestNesting + inputValuesNesting);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'The field "inputValues" is not valid JSON.');
  }
}

function checkBody(body: unknown): Omit<TaskRequest, "files"> {
  if (!isRecord(body))
    throw new Refusal(400, 'The body must be an object with "manifest" and "inputValues".');
  // The published Python client calls it by the other name.
  const manifest = body.manifest ?? body.blockId;
  if (typeof manifest !== "string") {
    throw new Refusal(400, 'The body must name a block in "manifest", as PACKAGE::BLOCK.');
  }
  const checked = createTaskBodySchema.safeParse({ manifest, inputValues: nodesOf(body.inputValues) });
  if (!checked.success) {
    throw new Refusal(400, '"inputValues" must be a list of { nodeId, inputs: [{ handle, value }] }.');
  }
  return { blockId: checked.data.manifest, inputValues: checked.data.inputValues ?? [] };
}

/** Published clients send `{}` for no inputs. */
function nodesOf(inputValues: unknown): unknown {
  const isEmpty = isRecord(inputValues) && Object.keys(inputValues).length === 0;
  return isEmpty ? [] : (inputValues ?? []);
}
