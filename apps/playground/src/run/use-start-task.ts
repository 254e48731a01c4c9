import type { Block, UploadProgress } from "@oomol/connect-browser";
import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useConnection } from "../connection/connection.tsx";
import type { StorableDrafts } from "../form/draft.ts";
import type { Submission } from "../form/use-block-form.ts";
import { rememberTask } from "../state/history.ts";
import { navigate } from "../state/route.ts";

export interface StartRequest extends Submission {
  drafts: StorableDrafts;
}

export interface StartTask {
  mutation: UseMutationResult<void, Error, StartRequest>;
  /** 0…1 of the files that have left; `undefined` while nothing tells. */
  uploaded: number | undefined;
}

/** Starts a task of a block, keeps it in the history and goes to it. */
export function useStartTask({ blockId }: Block): StartTask {
  const { client, tasks } = useConnection();
  const [uploaded, setUploaded] = useState<number>();
  const mutation = useMutation({
    mutationFn: async ({ inputValues, files, drafts }: StartRequest) => {
      setUploaded(undefined);
      const onUploadProgress = ({ fraction }: UploadProgress) => setUploaded(fraction);
      const { task } = await client.tasks.create({ blockId, inputValues, files }, { onUploadProgress });
      rememberTask({ taskId: task.id, blockId, status: task.status, startedAt: Date.now(), drafts });
      tasks.follow(task.id);
      navigate({ page: "block", blockId, taskId: task.id });
    },
  });
  return { mutation, uploaded };
}
