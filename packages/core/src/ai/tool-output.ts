import type { TaskStatus } from "../types.ts";

/** The output of a block's tool: first how far the run is, any number of times, at last its result. */
export type BlockToolOutput<Outputs = Record<string, unknown>> = BlockToolProgress | BlockToolResult<Outputs>;

/** A preliminary output: for people to see. A model gets the result only. */
export interface BlockToolProgress {
  type: "progress";
  /** For `tasks.attach`, which tells more: every log and preview. */
  taskId: string;
  status: TaskStatus;
  /** 0…100 in whole numbers, as the block has told last. */
  percent?: number;
  /** The last that the block has said, up to 2,000 characters. */
  text?: string;
}

/** The final output. */
export interface BlockToolResult<Outputs = Record<string, unknown>> {
  type: "result";
  taskId: string;
  result: Outputs;
  /** The files that the result names, at most 100. */
  files: BlockToolFile[];
  /** Why files are missing above, in a sentence. */
  filesProblem?: string;
}

/** A file that a result names. */
export interface BlockToolFile {
  /** For `tasks.download`, together with the id of the task. */
  path: string;
  /** Last part of the path. */
  name: string;
  /** MIME type. */
  mediaType: string;
  /** Missing if the server does not tell. */
  sizeBytes?: number;
  /** The content in base64, if there is room for it. */
  data?: string;
}
