import type { BlockId, BlockRegistry, InputsOf } from "../block-registry.ts";
import type { UploadSource } from "../transport/upload-source.ts";

/** What to run, and on what. Inputs that get a file need no value. */
export type CreateTaskRequest<Id extends BlockId = BlockId, Source = UploadSource> = {
  /** `PACKAGE::BLOCK`. */
  blockId: Id;
} & (
  | { inputValues?: InputsOf<Id>; files?: undefined }
  | { inputValues?: Partial<InputsOf<Id>> | undefined; files: TaskFiles<Id, Source> }
);

/**
 * Files for a block: by input, or a list in the order in which the block declares the inputs that ask for files. By input
 * costs a request, since servers hand files over by their order alone; none where the list is empty.
 */
export type TaskFiles<Id extends BlockId = BlockId, Source = UploadSource> =
  | readonly Source[]
  | FilesByInput<Id, Source>;

type FilesByInput<Id, Source> = Id extends keyof BlockRegistry
  ? { readonly [Handle in keyof InputsOf<Id>]?: FilesOfInput<Source> }
  : Readonly<Record<string, FilesOfInput<Source>>>;

/** One file, or as many as an input for a list takes. */
type FilesOfInput<Source> = Source | readonly Source[] | undefined;
