import type { Block, UploadProgress } from "@oomol/connect-browser";
import { type Connection, useConnection } from "../connection/connection.tsx";
import type { StorableDrafts } from "../form/draft.ts";
import type { Submission } from "../form/use-block-form.ts";
import { rememberTask } from "../state/history.ts";
import { navigate, parseRoute } from "../state/route.ts";
import { createStore, type Store, useStore } from "../state/store.ts";

export interface StartRequest extends Submission {
  drafts: StorableDrafts;
}

/** How the start of a task goes; it goes on while another block's page is open. */
export interface StartState {
  isPending: boolean;
  isUploading: boolean;
  /** 0…1 of the files that have left; `undefined` while nothing tells. */
  uploaded: number | undefined;
  error: Error | undefined;
}

export interface StartTask extends StartState {
  /** Does nothing while a task of the block is being started. */
  start(request: StartRequest, onStarted: () => void): void;
  /** Ends what is being sent; the form keeps its files. */
  cancel(): void;
}

interface BlockStart {
  state: Store<StartState>;
  /** Known at once, unlike what is drawn: of three clicks in a row each would start one. */
  starting: AbortController | undefined;
}

const idle: StartState = { isPending: false, isUploading: false, uploaded: undefined, error: undefined };
const starts = new Map<string, BlockStart>();

/** Starts a task of a block, keeps it in the history and goes to it, unless somebody has gone elsewhere. */
export function useStartTask({ blockId }: Block): StartTask {
  const connection = useConnection();
  const block = startOf(blockId);
  return {
    ...useStore(block.state),
    start(request, onStarted) {
      if (!block.starting) void startTask(connection, blockId, block, request, onStarted);
    },
    cancel: () => block.starting?.abort(),
  };
}

function startOf(blockId: string): BlockStart {
  const block = starts.get(blockId) ?? { state: createStore(idle), starting: undefined };
  starts.set(blockId, block);
  return block;
}

async function startTask(
  { client, tasks }: Connection,
  blockId: string,
  block: BlockStart,
  { inputValues, files, drafts }: StartRequest,
  onStarted: () => void,
): Promise<void> {
  const { state } = block;
  block.starting = new AbortController();
  const { signal } = block.starting;
  const pending = { ...idle, isPending: true, isUploading: Object.keys(files).length > 0 };
  state.set(pending);
  const onUploadProgress = ({ fraction }: UploadProgress) => state.set({ ...pending, uploaded: fraction });
  try {
    const { task } = await client.tasks.create({ blockId, inputValues, files }, { onUploadProgress, signal });
    rememberTask({ taskId: task.id, blockId, status: task.status, startedAt: Date.now(), drafts });
    tasks.follow(task.id);
    state.set(idle);
    const route = parseRoute(location.hash);
    if (route.page !== "block" || route.blockId !== blockId) return;
    navigate({ page: "block", blockId, taskId: task.id });
    onStarted();
  } catch (failure) {
    const error = failure instanceof Error ? failure : new Error(String(failure));
    // Somebody has ended it, and knows.
    state.set(signal.aborted ? idle : { ...idle, error });
  } finally {
    block.starting = undefined;
  }
}
