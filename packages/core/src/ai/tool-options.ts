import type { ToolExecutionOptions } from "ai";
import type { UploadSource } from "../transport/upload-source.ts";

/** What a tool knows of the call that it executes. */
export type ToolCall = Pick<ToolExecutionOptions<unknown>, "abortSignal" | "messages" | "toolCallId">;

/** Options of `blockTool`. */
export interface BlockToolOptions<Source = UploadSource> {
  /**
   * Bytes of files in one result, in total; a larger file is only named. 0 names all of them. The content is a part of
   * the messages that an app stores and sends. Default 1 MiB.
   */
  maxFileBytes?: number;
  /**
   * How a model gives a file. By default it names one that a message of the conversation contains, by its name or its
   * number. Nothing else is opened: no address and no path that a model could choose.
   */
  fileInputs?: ToolFileInputs<Source>;
}

/** What a model writes for a file, and what that leads to. */
export interface ToolFileInputs<Source = UploadSource> {
  /** For the model: what it must write. */
  description: string;
  /** The text comes from a model: check what it may open. An error is for the model to read. */
  open(text: string, call: ToolCall): Source | Promise<Source>;
}
