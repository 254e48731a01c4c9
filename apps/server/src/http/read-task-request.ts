import { Refusal } from "../refusal.ts";
import type { HeldBytes } from "./bytes-in-flight.ts";
import { readBody } from "./read-json-body.ts";
import { type RequestThreads, sizeOf } from "./request-threads.ts";
import { parseTaskRequest, type RawBody, type TaskRequest } from "./task-request.ts";
import { type FormRequest, type ReceivedFile, receiveForm, type UploadLimits } from "./uploads.ts";

export interface ReadTaskRequest {
  request: TaskRequest;
  /** In the order of their parts. */
  files: ReceivedFile[];
}

export interface ReadingParts {
  uploadDirectory: string;
  limits: UploadLimits;
  inFlight: HeldBytes;
  threads: RequestThreads;
  /** Whether a form may say which input each of its files is for. */
  takesFileInputs: boolean;
  /** Whether its files may be uploads that are there already. */
  takesUploads: boolean;
}

/** Above that, parsing a body and checking what is in it would hold up others. */
const largeBytes = 128 * 1024;

/** Reads the body of `POST /v1/tasks`, JSON or a form; files go into `uploadDirectory`. Throws a {@link Refusal}. */
export async function readTaskRequest(form: FormRequest, parts: ReadingParts): Promise<ReadTaskRequest> {
  const { request, body } = form;
  const { uploadDirectory, limits, inFlight, takesUploads } = parts;
  const type = request.headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/json") {
    const json = await readBody(request, limits, inFlight, body);
    return { request: await parse({ json, takesUploads }, parts), files: [] };
  }
  if (type === "multipart/form-data") {
    const { fields: all, files } = await receiveForm(form, uploadDirectory, limits, inFlight);
    const [manifest, blockId, inputValues, webhook] = ["manifest", "blockId", "inputValues", "webhook"].map(
      (name) => all.get(name),
    );
    const fileInputs = parts.takesFileInputs ? all.get("fileInputs") : undefined;
    const uploads = takesUploads ? all.get("uploads") : undefined;
    const fields = { manifest, blockId, inputValues, fileInputs, webhook, uploads };
    return { request: await parse({ fields }, parts), files };
  }
  throw new Refusal(
    415,
    `A task is created with application/json or multipart/form-data, not with ${type === "" ? "no Content-Type" : type}.`,
  );
}

async function parse(body: RawBody, { threads }: ReadingParts): Promise<TaskRequest> {
  if (sizeOf(body) > largeBytes) return threads.open(body);
  return parseTaskRequest(body);
}
