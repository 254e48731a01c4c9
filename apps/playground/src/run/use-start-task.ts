import type { Block, UploadProgress } from "@oomol/connect-browser";
import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useConnection } from "../connection/connection.tsx";
import type { StorableDrafts } from "../form/draft.ts";
import type { Submission } from "../form/use-block-form.ts";
import { rememberTask } from "../state/history.ts";
import { navigate } from "../state/route.ts";

export interface StartRequest extends Submission {
  drafts: StorableDrafts;
  signal: AbortSignal;
}

export interface StartTask {
  mutation: UseMutationResult<void, Error, StartRequest>;
  /** Does nothing while a task is being started. */
  start(request: Omit<StartRequest, "signal">, onStarted: () => void): void;
  /** Ends what is being sent; the form keeps its files. */
  cancel(): void;
  /** 0…1 of the files that have left; `undefined` while nothing tells. */
  uploaded: number | undefined;
}

/** The error of a start that somebody has ended. */
export const cancelled = new DOMException("The upload was stopped.", "AbortError");

/** Starts a task of a block, keeps it in the history and goes to it. */
export function useStartTask({ blockId }: Block): StartTask {
  const { client, tasks } = useConnection();
  const [uploaded, setUploaded] = useState<number>();
  // Known at once, unlike what is drawn: of three clicks in a row each would start one.
  const starting = useRef<AbortController>(undefined);
  const mutation = useMutation({
    mutationFn: async ({ inputValues, files, drafts, signal }: StartRequest) => {
      setUploaded(undefined);
      const onUploadProgress = ({ fraction }: UploadProgress) => setUploaded(fraction);
      const { task } = await client.tasks.create(
        { blockId, inputValues, files },
        { onUploadProgress, signal },
      );
      rememberTask({ taskId: task.id, blockId, status: task.status, startedAt: Date.now(), drafts });
      tasks.follow(task.id);
      navigate({ page: "block", blockId, taskId: task.id });
    },
  });
  return {
    mutation,
    uploaded,
    start(request, onStarted) {
      if (starting.current) return;
      const controller = new AbortController();
      starting.current = controller;
      const onSettled = () => {
        starting.current = undefined;
      };
      mutation.mutate({ ...request, signal: controller.signal }, { onSuccess: onStarted, onSettled });
    },
    cancel() {
      starting.current?.abort(cancelled);
    },
  };
}
