import type { BlockId, InputsOf, OutputsOf } from "@oomol/connect-core";
import { useMemo } from "react";
import type { TaskFiles } from "../client.ts";
import { type UseRun, type UseRunOptions, useRun } from "./use-run.ts";

/** A block's run that begins with files. */
export interface UseUpload<Id extends BlockId = BlockId> extends Omit<UseRun<Id>, "start"> {
  /** 0…1 of the bytes; `undefined` before the first. */
  fraction: number | undefined;
  /** Whether bytes are still being sent; `stop` ends that, too. */
  isUploading: boolean;
  /** Sends the files and runs the block with them. Never rejects: see `error`. */
  send(files: TaskFiles<Id>, inputValues?: Partial<InputsOf<Id>>): Promise<OutputsOf<Id> | undefined>;
}

/**
 * Runs a block with files from a component, with the progress of their upload.
 *
 * @example
 * const { send, fraction, result } = useUpload("pkg::file-processor");
 * return <input type="file" onChange={({ target }) => send([...(target.files ?? [])])} />;
 */
export function useUpload<const Id extends BlockId>(blockId: Id, options: UseRunOptions = {}): UseUpload<Id> {
  const run = useRun(blockId, options);
  return useMemo(() => {
    const { start, ...rest } = run;
    return {
      ...rest,
      fraction: run.upload?.fraction,
      isUploading: run.status === "starting" && run.upload?.phase === "sending",
      send: (files, inputValues) => start(inputValues, { files }),
    };
  }, [run]);
}
