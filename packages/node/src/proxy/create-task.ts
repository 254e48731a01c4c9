import type { UploadPart } from "@oomol/connect-core";
import { encodePassingMultipart, SilenceTimer } from "@oomol/connect-core/adapter";
import { taskAnswerSchema, validate } from "@oomol/connect-core/wire";
import { FormError } from "./form-error.ts";
import type { FormPart } from "./form-reader.ts";
import { type Handling, passJson } from "./handling.ts";
import { isOtherName } from "./is-other-name.ts";
import { Refusal } from "./refusal.ts";
import { readTaskRequest, refusalOfForm, type TaskForm, type TaskRequest } from "./task-request.ts";
import { callUpstream } from "./upstream.ts";

const mostFiles = 1_000;

/** What was wrong with a form whose upload failed. */
interface Broken {
  reason?: Refusal | FormError;
}

/**
 * Creates a task: the body is parsed here and written anew, so that the server cannot read another block in it than the
 * allowed one.
 */
export async function createTask(handling: Handling): Promise<Response> {
  const { request, options } = handling;
  const asked = await readTaskRequest(request, options);
  const { blockId, inputValues, form } = asked;
  try {
    const uploads = asked.uploads && { uploads: asked.uploads.map(({ id }) => id) };
    await handling.authorize({ name: "tasks.create", blockId, inputValues, ...uploads });
    if (!(await options.isAllowedBlock(blockId)) || (await isOtherName(handling, blockId)))
      throw new Refusal(403, `This proxy does not run the block "${blockId}".`);
    return await (form ? sendForm(handling, asked, form) : sendJson(handling, asked));
  } finally {
    await form?.cancel();
  }
}

function sendJson(handling: Handling, asked: TaskRequest): Promise<Response> {
  const { request, options, call } = handling;
  const { blockId, inputValues, uploads } = asked;
  const body = JSON.stringify({ manifest: blockId, inputValues, uploads });
  const headers = { ...call.headers, "content-type": "application/json" };
  return callUpstream(options, request, { ...call, headers, body }, (response) =>
    tellCreated(handling, asked, response),
  );
}

async function sendForm(handling: Handling, asked: TaskRequest, form: TaskForm): Promise<Response> {
  const { request, options, call } = handling;
  const timer = new SilenceTimer();
  const broken: Broken = {};
  const fields: [name: string, value: string][] = [
    ["manifest", asked.blockId],
    ["inputValues", JSON.stringify(asked.inputValues)],
  ];
  if (asked.fileInputs) fields.push(["fileInputs", JSON.stringify(asked.fileInputs)]);
  const parts = partsOf(form, options.maxUploadBytes, () => timer.windUp(), broken);
  const encoded = encodePassingMultipart(fields, parts);
  const headers = { ...call.headers, "content-type": encoded.contentType };
  const body = encoded.open();
  try {
    return await callUpstream(
      options,
      request,
      { ...call, headers, body },
      (response) => tellCreated(handling, asked, response),
      timer,
    );
  } catch (failure) {
    // An invalid form shows as a failure of the connection on which it was sent.
    throw broken.reason === undefined ? failure : refusalOfForm(broken.reason);
  }
}

async function* partsOf(
  form: TaskForm,
  limitBytes: number,
  onBytes: () => void,
  broken: Broken,
): AsyncGenerator<UploadPart, undefined> {
  let sizeBytes = 0;
  let files = 0;
  const count = (bytes: Uint8Array) => {
    sizeBytes += bytes.byteLength;
    if (sizeBytes > limitBytes)
      throw new Refusal(413, `The files have more than the ${limitBytes} bytes that this proxy accepts.`);
    onBytes();
  };
  try {
    for await (const part of form.files) {
      files += 1;
      if (files > mostFiles) throw new Refusal(413, `A form may hold ${mostFiles} files at most.`);
      yield toUploadPart(part, count, form, broken);
    }
  } catch (failure) {
    throw noted(failure, broken);
  }
}

function toUploadPart(
  { fileName = "", type, bytes }: FormPart,
  count: (bytes: Uint8Array) => void,
  form: TaskForm,
  broken: Broken,
): UploadPart {
  const open = () =>
    new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            const { done, value } = await bytes.next();
            if (done) return controller.close();
            count(value);
            controller.enqueue(value);
          } catch (failure) {
            throw noted(failure, broken);
          }
        },
        cancel: () => form.cancel(),
      },
      { highWaterMark: 0 },
    );
  return { field: "files", name: fileName, type, sizeBytes: undefined, isRepeatable: false, open };
}

/** The form's own faults; a broken connection is reported by whoever used it. */
function noted(failure: unknown, broken: Broken): unknown {
  if (failure instanceof Refusal || failure instanceof FormError) broken.reason ??= failure;
  return failure;
}

async function tellCreated(
  handling: Handling,
  { blockId }: TaskRequest,
  response: Response,
): Promise<Response> {
  return passJson(handling, response, async (body) => {
    const checked = validate(taskAnswerSchema, body);
    if (!checked.isValid) throw new Refusal(502, "The Connect server's answer names no task.");
    await handling.options.onTaskCreated(handling.request, { taskId: checked.data.task.id, blockId });
    return body;
  });
}
