import { anything, list, object, orMissing, text } from "./schema.ts";
import { nodeInputs } from "./schemas.ts";

// The client checks none of these: a page must not load them.

/** The body of any failed answer (connect-api 5). */
export const errorAnswerSchema = object({}, { success: anything, message: anything, error: anything });

/** The node form of inputs, the only one on the wire. */
export const nodeInputsSchema = list(nodeInputs);

/** The body of `POST /v1/tasks`, as JSON or as the fields of a form. */
export const createTaskBodySchema = object({ manifest: text, inputValues: orMissing(nodeInputsSchema) });

/** The field `fileInputs` of a form: the input of each file, in the order of the files (connect-api 6.8). */
export const fileInputsSchema = list(object({ nodeId: text, handle: text }));

/** The field `uploads` of a body: the uploads that a task takes as its files, in their order (connect-api 6.12). */
export const taskUploadsSchema = list(object({ id: text, nodeId: orMissing(text), handle: orMissing(text) }));
