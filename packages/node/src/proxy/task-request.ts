import { InvalidInputError, type NodeInputs, normalizeInputValues } from "@oomol/connect-core";
import {
  deepestNesting,
  fileInputsSchema,
  findInexactNumber,
  inputValuesNesting,
  isNestedDeeper,
  taskUploadsSchema,
  validate,
} from "@oomol/connect-core/wire";
import { isBlockId } from "./allow-blocks.ts";
import { FormError } from "./form-error.ts";
import { type FormPart, FormReader } from "./form-reader.ts";
import type { ResolvedProxyOptions } from "./options.ts";
import { readJsonText, TooDeepError, TooLargeError } from "./read-body.ts";
import { Refusal } from "./refusal.ts";

/** The content of a body of `POST /v1/tasks`. */
export interface TaskRequest {
  blockId: string;
  inputValues: readonly NodeInputs[];
  /** The inputs of the files, in their order, if the caller has named them (connect-api 6.8). */
  fileInputs?: readonly object[] | undefined;
  /** The uploads that the task takes, with the inputs that they are for (connect-api 6.12). */
  uploads?: readonly { id: string; nodeId?: string | undefined; handle?: string | undefined }[] | undefined;
  /** The files of a form, still to be read. */
  form: TaskForm | undefined;
}

export interface TaskForm {
  files: AsyncIterable<FormPart>;
  cancel(): Promise<void>;
}

type Limits = Pick<ResolvedProxyOptions, "maxInputBytes">;

/** Reads the body up to its first file. @throws {Refusal} for a body that is not of the API. */
export async function readTaskRequest(request: Request, limits: Limits): Promise<TaskRequest> {
  const contentType = request.headers.get("content-type") ?? "";
  const [type] = contentType.split(";");
  if (type?.trim().toLowerCase() === "application/json") {
    const body = await readJsonRequest(request, limits);
    const task = checkTask(Reflect.get(body, "manifest"), Reflect.get(body, "inputValues"));
    return { ...task, uploads: checkUploads(Reflect.get(body, "uploads")), form: undefined };
  }
  if (type?.trim().toLowerCase() === "multipart/form-data") return readTaskForm(request, contentType, limits);
  throw new Refusal(415, "A task is created with application/json or multipart/form-data.");
}

/** The object that a JSON body holds. @throws {Refusal} */
export async function readJsonRequest(request: Request, { maxInputBytes }: Limits): Promise<object> {
  try {
    const body = parseExactly(await readJsonText(request.body, maxInputBytes));
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  } catch (failure) {
    if (failure instanceof TooLargeError) throw tooMuchInput(maxInputBytes);
    if (failure instanceof TooDeepError) throw tooDeepInput();
    if (failure instanceof Refusal) throw failure;
    if (request.signal.aborted) throw new Refusal(499, "The caller has gone.");
  }
  throw new Refusal(400, "The body must be a JSON object.");
}

async function readTaskForm(request: Request, contentType: string, limits: Limits): Promise<TaskRequest> {
  if (!request.body) throw new Refusal(400, "The form is empty.");
  let reader: FormReader | undefined;
  try {
    reader = new FormReader(request.body, contentType);
    const parts = reader[Symbol.asyncIterator]();
    const { fields, firstFile } = await readFields(parts, limits.maxInputBytes);
    const { cancel } = reader;
    return {
      ...checkTask(fields.get("manifest"), parseJson(fields.get("inputValues"), "inputValues")),
      fileInputs: checkFileInputs(parseJson(fields.get("fileInputs"), "fileInputs")),
      form: { files: filesOf(firstFile, parts), cancel: () => cancel.call(reader) },
    };
  } catch (failure) {
    await reader?.cancel();
    throw refusalOfForm(failure);
  }
}

/** @throws {Refusal} instead of a {@link FormError}; anything else as it is. */
export function refusalOfForm(failure: unknown): unknown {
  if (!(failure instanceof FormError)) return failure;
  return new Refusal(400, `The form cannot be read: ${failure.message}.`, { cause: failure });
}

async function readFields(parts: AsyncIterator<FormPart>, limitBytes: number) {
  const fields = new Map<string, string>();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let sizeBytes = 0;
  for (;;) {
    const { done, value: part } = await parts.next();
    if (done) return { fields, firstFile: undefined };
    if (part.fileName !== undefined) return { fields, firstFile: part };
    if (!["manifest", "inputValues", "fileInputs"].includes(part.name))
      throw new FormError("a field is neither manifest, inputValues nor fileInputs");
    if (fields.has(part.name)) throw new FormError(`there are two fields ${part.name}`);
    let text = "";
    for await (const bytes of part.bytes) {
      sizeBytes += bytes.byteLength;
      if (sizeBytes > limitBytes) throw tooMuchInput(limitBytes);
      text += decodePiece(decoder, bytes, { stream: true });
    }
    fields.set(part.name, text + decodePiece(decoder));
  }
}

function decodePiece(decoder: TextDecoder, ...piece: Parameters<TextDecoder["decode"]>): string {
  try {
    return decoder.decode(...piece);
  } catch {
    throw new FormError("a field is not UTF-8");
  }
}

async function* filesOf(
  firstFile: FormPart | undefined,
  others: AsyncGenerator<FormPart, undefined>,
): AsyncGenerator<FormPart, undefined> {
  try {
    if (!firstFile) return;
    yield checkFile(firstFile);
    for await (const part of others) yield checkFile(part);
  } finally {
    await others.return(undefined);
  }
}

function checkFile(part: FormPart): FormPart {
  if (part.fileName === undefined) throw new FormError("a field follows a file; the fields must come first");
  if (part.name !== "files") throw new FormError('a file is in a part that is not named "files"');
  return part;
}

function checkTask(blockId: unknown, inputValues: unknown): Omit<TaskRequest, "form"> {
  if (typeof blockId !== "string" || !isBlockId(blockId))
    throw new Refusal(400, 'The field "manifest" must name a block as PACKAGE::BLOCK, before any file.');
  if (inputValues !== undefined && !Array.isArray(inputValues))
    throw new Refusal(400, '"inputValues" must be a list of { nodeId, inputs: [{ handle, value }] }.');
  try {
    return { blockId, inputValues: normalizeInputValues(inputValues) };
  } catch (failure) {
    if (failure instanceof InvalidInputError) throw new Refusal(400, failure.message);
    throw failure;
  }
}

/** Only what is checked here is sent on. */
function checkFileInputs(value: unknown): TaskRequest["fileInputs"] {
  if (value === undefined) return undefined;
  const checked = validate(fileInputsSchema, value);
  if (checked.isValid) return checked.data.map(({ nodeId, handle }) => ({ nodeId, handle }));
  throw new Refusal(400, 'The field "fileInputs" must be a list of { nodeId, handle }, one for each file.');
}

/** Only what is checked here is sent on. */
function checkUploads(value: unknown): TaskRequest["uploads"] {
  if (value === undefined) return undefined;
  const checked = validate(taskUploadsSchema, value);
  if (checked.isValid) return checked.data.map(({ id, nodeId, handle }) => ({ id, nodeId, handle }));
  throw new Refusal(400, 'The field "uploads" must be a list of { id, nodeId?, handle? }.');
}

function parseJson(text: string | undefined, field: string): unknown {
  if (text === undefined || text === "") return undefined;
  if (isNestedDeeper(text, deepestNesting + inputValuesNesting)) throw tooDeepInput();
  try {
    return parseExactly(text);
  } catch (failure) {
    throw failure instanceof Refusal ? failure : new Refusal(400, `The field "${field}" is not valid JSON.`);
  }
}

/** Throws a {@link Refusal} for a number that reading would change: it is written anew for the server. */
function parseExactly(text: string): unknown {
  const inexact = findInexactNumber(text);
  if (inexact) throw new Refusal(400, inexact.refusal);
  return JSON.parse(text);
}

function tooDeepInput(): Refusal {
  return new Refusal(
    400,
    `The JSON is nested too deep: a value may have ${deepestNesting} levels, because the engine cannot read more.`,
  );
}

function tooMuchInput(limitBytes: number): Refusal {
  return new Refusal(413, `The inputs have more than the ${limitBytes} bytes that this proxy accepts.`);
}
