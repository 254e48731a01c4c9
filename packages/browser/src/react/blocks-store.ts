import type { Block } from "@oomol/connect-core";
import type { OomolConnectClient } from "../client.ts";

/** What `useBlocks` returns: the blocks of the server, as far as they have come. */
export interface BlocksState {
  /** The newest version of each block; `undefined` before the first answer. A failure keeps the last answer. */
  blocks: readonly Block[] | undefined;
  isLoading: boolean;
  error: unknown;
}

export const noBlocks: BlocksState = { blocks: undefined, isLoading: true, error: undefined };

/** The blocks of one client, for all components that show them: requested when the first one looks. */
export class BlocksStore {
  readonly #client: OomolConnectClient;
  readonly #listeners = new Set<() => void>();
  #state = noBlocks;
  #request: AbortController | undefined;

  constructor(client: OomolConnectClient) {
    this.#client = client;
  }

  readonly getState = (): BlocksState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (!this.#request && this.#state.isLoading) void this.refresh();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0 || !this.#request) return;
      this.#request.abort();
      this.#request = undefined;
    };
  };

  /** Asks again. Never rejects: see `error`. */
  readonly refresh = async (): Promise<void> => {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    const isCurrent = () => this.#request === request;
    this.#set({ ...this.#state, isLoading: true });
    try {
      const { blocks } = await this.#client.blocks.list({ signal: request.signal });
      if (isCurrent()) this.#set({ blocks, isLoading: false, error: undefined });
    } catch (error) {
      if (isCurrent()) this.#set({ ...this.#state, isLoading: false, error });
    } finally {
      if (isCurrent()) this.#request = undefined;
    }
  };

  #set(state: BlocksState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
