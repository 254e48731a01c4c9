import { createHash } from "node:crypto";
import { basename } from "node:path";
import {
  createTaskBodySchema,
  deepestNesting,
  fileInputsSchema,
  inputValuesNesting,
  taskBodyNesting,
  validate,
} from "@oomol/connect-core/wire";
import type { NodeInputs } from "../inputs/node-inputs.ts";
import { prepareInputs } from "../inputs/prepare-inputs.ts";
import type { FileInput, UploadedFile } from "../inputs/uploaded-file.ts";
import type { BlockFinder } from "../packages/package-catalog.ts";
import type { Runnable } from "../packages/read-package.ts";
import { Refusal } from "../refusal.ts";
import type { ComingText } from "../store/stored-text.ts";
import { isRecord } from "../values.ts";
import { decodeJson, decodeText } from "./decode-json.ts";
import { encodePieces } from "./encode-pieces.ts";
import { jsonPieces } from "./json-pieces.ts";
import { parseJson } from "./read-json-body.ts";
import { readTaskUploads } from "./read-task-uploads.ts";
import type { ReceivedFile } from "./uploads.ts";

/** What a caller asks to run. Its methods throw a {@link Refusal}. */
export interface TaskRequest extends Disposable {
  blockId: string;
  /** Where it is to be told of, as it came. */
  webhook: unknown;
  /** The ids of the uploads that are its files, in place of those of a form. */
  uploads: readonly string[];
  /** Tells it from another request with the same key: of the content alone, as the boundaries of a form differ each time. */
  fingerprint(files: readonly ReceivedFile[]): Promise<string>;
  /** The values as they came, and those that the block gets; `references` are its files. */
  prepare(block: Runnable, references: readonly string[], catalog: BlockFinder): Promise<PreparedInputs>;
}

export interface PreparedInputs {
  inputValues: NodeInputs | ComingText;
  inputs: Record<string, unknown> | ComingText;
}

/** The body of `POST /v1/tasks` as it was received, each in memory of its own. */
export type RawBody = { json: Uint8Array; takesUploads: boolean } | { fields: FormFields<Uint8Array> };

/** The fields of a form; `inputValues` is JSON. */
export interface FormFields<Field = string> {
  manifest?: Field | undefined;
  blockId?: Field | undefined;
  inputValues?: Field | undefined;
  /** JSON: the input of each file, in their order (connect-api 6.8). */
  fileInputs?: Field | undefined;
  /** JSON: where the task is to be told of (connect-api 6.11). */
  webhook?: Field | undefined;
  /** JSON: the uploads that are its files (connect-api 6.12). */
  uploads?: Field | undefined;
}

/** Reads and checks a body, whose memory is freed; throws a {@link Refusal}. */
export function parseTaskRequest(body: RawBody): TaskRequest {
  const fields = "fields" in body ? decodeFields(body.fields) : undefined;
  const read = "json" in body ? parseBody(decodeJson(body.json)) : parseFields(fields ?? {});
  const { blockId, inputValues, webhook } = checkBody(read);
  const uploads = "fields" in body || body.takesUploads ? readTaskUploads(read) : [];
  const fileInputs = fields && parseFileInputs(fields);
  const asked = [
    blockId,
    inputValues,
    ...(fileInputs ? [fileInputs] : []),
    ...(webhook === undefined ? [] : [{ webhook }]),
    ...(uploads.length === 0 ? [] : [{ uploads }]),
  ];
  return {
    blockId,
    webhook,
    uploads: uploads.map(({ id }) => id),
    async fingerprint(files) {
      const hash = createHash("sha256");
      for (const part of encodePieces(jsonPieces(asked))) hash.update(part);
      for (const { path, digest } of files) hash.update(JSON.stringify([basename(path), digest]));
      return hash.digest("hex");
    },
    async prepare(block, references, catalog) {
      const inputs = uploads.length === 0 ? fileInputs : uploads.map(({ input }) => input);
      const files = uploadedFiles(references, inputs);
      return { inputValues, inputs: await prepareInputs(block, inputValues, files, catalog) };
    },
    [Symbol.dispose]() {},
  };
}

function parseBody(json: string): unknown {
  return parseJson(json, deepestNesting + taskBodyNesting, () =>
    isForm(json) ? labelledForm : "The body is not valid JSON.",
  );
}

const labelledForm =
  "The body is a form, but its Content-Type says application/json: leave that header to the HTTP library, which knows the boundary.";

/** The published Python client sends files like this. */
function isForm(text: string): boolean {
  return /^--[^\r\n]+\r\ncontent-disposition: form-data/i.test(text);
}

function decodeFields({ manifest, blockId, ...json }: FormFields<Uint8Array>): FormFields {
  const texts = Object.entries({ manifest, blockId }).map(([name, field]) => [
    name,
    field && decodeText(field),
  ]);
  const others = Object.entries(json).map(([name, field]) => [name, field && decodeJson(field)]);
  return Object.fromEntries([...texts, ...others]);
}

function parseFields({ inputValues = "", webhook = "", uploads = "", ...fields }: FormFields): unknown {
  const { manifest, blockId } = fields;
  const invalid = (name: string) => () => `The field "${name}" is not valid JSON.`;
  const block = {
    manifest,
    blockId,
    ...(webhook !== "" && { webhook: parseJson(webhook, 2, invalid("webhook")) }),
    ...(uploads !== "" && { uploads: parseJson(uploads, 2, invalid("uploads")) }),
  };
  if (inputValues === "") return block;
  const parsed = parseJson(
    inputValues,
    deepestNesting + inputValuesNesting,
    () => 'The field "inputValues" is not valid JSON.',
  );
  return { ...block, inputValues: parsed };
}

function parseFileInputs({ fileInputs = "" }: FormFields): FileInput[] | undefined {
  if (fileInputs === "") return undefined;
  const invalid = 'The field "fileInputs" must be a list of { nodeId, handle }, one for each file.';
  const checked = validate(
    fileInputsSchema,
    parseJson(fileInputs, 2, () => invalid),
  );
  if (!checked.isValid) throw new Refusal(400, invalid);
  return checked.data;
}

function uploadedFiles(
  paths: readonly string[],
  inputs: readonly (FileInput | undefined)[] | undefined,
): UploadedFile[] {
  if (inputs && inputs.length !== paths.length) {
    throw new Refusal(
      400,
      `The form holds ${paths.length} files, but its field "fileInputs" names the inputs of ${inputs.length}.`,
    );
  }
  return paths.map((path, index) => ({ path, input: inputs?.[index] }));
}

function checkBody(body: unknown): { blockId: string; inputValues: NodeInputs; webhook: unknown } {
  if (!isRecord(body))
    throw new Refusal(400, 'The body must be an object with "manifest" and "inputValues".');
  // The published Python client calls it by the other name.
  const manifest = body.manifest ?? body.blockId;
  if (typeof manifest !== "string") {
    throw new Refusal(400, 'The body must name a block in "manifest", as PACKAGE::BLOCK.');
  }
  const checked = validate(createTaskBodySchema, { manifest, inputValues: nodesOf(body.inputValues) });
  if (!checked.isValid) {
    throw new Refusal(400, '"inputValues" must be a list of { nodeId, inputs: [{ handle, value }] }.');
  }
  const { webhook } = body;
  return { blockId: checked.data.manifest, inputValues: checked.data.inputValues ?? [], webhook };
}

/** Published clients send `{}` for no inputs. */
function nodesOf(inputValues: unknown): unknown {
  const isEmpty = isRecord(inputValues) && Object.keys(inputValues).length === 0;
  return isEmpty ? [] : (inputValues ?? []);
}
