import { type BlockId, type InputsOf, isFinalStatus, type OutputsOf } from "@oomol/connect-core";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useConnect } from "./connect-provider.ts";
import { idleState, type RunState } from "./run-state.ts";
import { type RunOptions, RunStore } from "./run-store.ts";

/** What {@link useRun} takes. */
export interface UseRunOptions {
  /**
   * The name under which the tab keeps the task's id, so that a reload follows it again; `false` for never. Default: the
   * block's id. Two components that run the same block need two names.
   */
  resumeKey?: string | false;
}

/** A block's run, and what a component may do with it. */
export interface UseRun<Id extends BlockId = BlockId> extends RunState<OutputsOf<Id>> {
  /** Whether a run has begun and not ended. */
  isRunning: boolean;
  /** Starts the block. While a run goes on, it starts nothing and resolves with that run. Never rejects: see `error`. */
  start(inputValues?: Partial<InputsOf<Id>>, options?: RunOptions<Id>): Promise<OutputsOf<Id> | undefined>;
  /** Stops the task, or the sending of its files. Resolves when the server has stopped it; a failure becomes `error`. */
  stop(): Promise<void>;
  /** Forgets the run, which goes on if it has not ended. */
  reset(): void;
}

/**
 * Runs a block from a component. After a reload the run is followed again, and its end is seen even if it came meanwhile. An
 * unmount ends all requests; a task that runs goes on.
 *
 * @example
 * const { start, status, percent, result, error } = useRun("audio-lab::text-to-audio");
 * return <button onClick={() => start({ text: "Hello" })}>{status} {percent}</button>;
 */
export function useRun<const Id extends BlockId>(blockId: Id, { resumeKey }: UseRunOptions = {}): UseRun<Id> {
  const client = useConnect();
  const key = resumeKey === false ? undefined : `oomol-connect:${resumeKey ?? blockId}`;
  const store = useMemo(() => new RunStore<Id>(client, blockId, key), [client, blockId, key]);
  const state = useSyncExternalStore(store.subscribe, store.getState, getIdle);
  useEffect(() => store.open(), [store]);
  return useMemo(() => {
    const { start, stop, reset } = store;
    return { ...state, isRunning: isRunning(state), start, stop, reset };
  }, [store, state]);
}

/** A server has no run, and the page must first render as the server did. */
function getIdle(): typeof idleState {
  return idleState;
}

function isRunning({ status, error }: RunState<unknown>): boolean {
  return status !== "idle" && !isFinalStatus(status) && error === undefined;
}
