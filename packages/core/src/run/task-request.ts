import type { BlockId, BlockRegistry, InputsOf } from "../block-registry.ts";
import type { UploadSource } from "../transport/upload-source.ts";
import type { TaskWebhook } from "../types.ts";
import type { FileUpload } from "../uploads/file-upload.ts";

/** The block to run, and its inputs. An input that gets a file needs no value. */
export type CreateTaskRequest<Id extends BlockId = BlockId, Source = UploadSource> = {
  /** `PACKAGE::BLOCK`. */
  blockId: Id;
  /** Where the server tells of the task as it goes on; for servers with the extension `webhooks`. */
  webhook?: TaskWebhook | undefined;
} & (
  | { inputValues?: InputsOf<Id>; files?: undefined }
  | { inputValues?: Partial<InputsOf<Id>> | undefined; files: TaskFiles<Id, Source> }
);

/**
 * Files for a block: by input, or as a list in the order in which the block declares its inputs for files. By input
 * may take one more request, for servers that assign files by their order alone; if the list is empty, none.
 */
export type TaskFiles<Id extends BlockId = BlockId, Source = UploadSource> =
  | readonly (Source | FileUpload)[]
  | FilesByInput<Id, Source>;

type FilesByInput<Id, Source> = Id extends keyof BlockRegistry
  ? { readonly [Handle in keyof InputsOf<Id>]?: FilesOfInput<Source> }
  : Readonly<Record<string, FilesOfInput<Source>>>;

/** One file, or as many as an input for a list takes. */
type FilesOfInput<Source> = Source | FileUpload | readonly (Source | FileUpload)[] | undefined;
