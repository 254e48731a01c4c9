/** A file that came with the inputs of a task. */
export interface UploadedFile {
  /** What the server has it under. */
  path: string;
  /** The input that it is for; without one, its place among the others decides. */
  input: FileInput | undefined;
}

/** An input of a block, or of a node of a flow. */
export interface FileInput {
  nodeId: string;
  handle: string;
}
