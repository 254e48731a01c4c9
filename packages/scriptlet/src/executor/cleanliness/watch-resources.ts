import { createHook, type HookCallbacks } from "node:async_hooks";
import { type JobScope, jobScope } from "../job-scope.ts";
import type { Leftover } from "./leftover.ts";
import { type ResourceKind, resourceKinds } from "./resource-kinds.ts";
import { captureStack, readTimerOrigin, type TimerOrigin } from "./timer-origin.ts";

/** The number of timers of a job whose place is stored; a loop that sets a million costs no more. */
const maxOrigins = 1_000;

interface Resource {
  kind: ResourceKind;
  /** Weak if only the garbage collector ends it; undefined if it need not be checked. */
  held: object | undefined;
  stack: { stack?: string } | undefined;
  origin: TimerOrigin | undefined;
}

export interface ResourceWatch {
  /** From here on, everything that is made belongs to the next job. */
  begin(): void;
  /** The job is over and left nothing: what its code makes later is late. */
  end(): void;
  /** Timers of `AbortSignal.timeout` that nobody waits for any more are cleared. */
  clearAbortTimers(): void;
  /** The remaining resources, up to a maximum. */
  leftovers(max: number): Leftover[];
  /** Code of an ended job went on; this cannot be undone. */
  readonly isLate: boolean;
  /** Runs the executor's own work; its resources belong to no job. */
  asOwn<Result>(work: () => Result): Result;
}

/**
 * Follows each resource from when it is made to when it is gone: `process.getActiveResourcesInfo()` leaves out those that
 * were `unref`ed, which still fire. `node:async_hooks` is documented, if experimental. Without promises, which would make
 * each `await` pay, a call for each timer or socket is all that it costs. A Node.js from before January 2026 does not know
 * `trackPromises` and tracks them all the same (nodejs/node#61415).
 */
export function watchResources(): ResourceWatch {
  const live = new Map<number, Resource>();
  const ended = new WeakSet<JobScope>();
  const seen = new Set<JobScope>();
  let isWatching = false;
  let isOwn = false;
  let isLate = false;
  let origins = 0;

  const hooks: HookCallbacks & { trackPromises: false } = {
    trackPromises: false,
    init: onInit,
    destroy(id) {
      live.delete(id);
    },
  };
  createHook(hooks).enable();

  return {
    begin() {
      isWatching = true;
      origins = 0;
    },
    end() {
      isWatching = false;
      live.clear();
      for (const scope of seen) ended.add(scope);
      seen.clear();
    },
    clearAbortTimers() {
      for (const resource of live.values()) {
        if (originOf(resource)?.isAbortSignal) clearTimeout(resource.held as NodeJS.Timeout);
      }
    },
    leftovers: (max) => [...(isLate ? [late] : []), ...atWork(max).map(describe)],
    get isLate() {
      return isLate;
    },
    asOwn(work) {
      const before = isOwn;
      isOwn = true;
      try {
        return work();
      } finally {
        isOwn = before;
      }
    },
  };

  function atWork(max: number): Resource[] {
    const found: Resource[] = [];
    for (const resource of live.values()) {
      if (found.length === max) break;
      if (isAtWork(resource)) found.push(resource);
    }
    return found;
  }

  function onInit(id: number, type: string, _trigger: number, resource: object): void {
    const kind = resourceKinds[type];
    if (kind === undefined || isOwn) return;
    const scope = jobScope.getStore();
    // Between jobs the executor makes things of its own, outside of any scope.
    if (scope === undefined && !isWatching) return;
    if (scope !== undefined) {
      if (ended.has(scope) || (!isWatching && !seen.has(scope))) isLate = true;
      else seen.add(scope);
    }
    let stack: Resource["stack"];
    if (kind.keepsOrigin && origins < maxOrigins) {
      origins += 1;
      stack = captureStack(onInit);
    }
    const held = kind.isBusy ? new WeakRef(resource) : stack && resource;
    live.set(id, { kind, held, stack, origin: undefined });
  }
}

const late: Leftover = { kind: "late", description: "code that went on after the block had ended" };

function isAtWork(resource: Resource): boolean {
  const { kind, held } = resource;
  if (kind.isBusy === undefined) return !originOf(resource)?.isUpkeep;
  const object = (held as WeakRef<object>).deref();
  return object !== undefined && kind.isBusy(object);
}

function originOf(resource: Resource): TimerOrigin | undefined {
  if (resource.stack === undefined) return undefined;
  resource.origin ??= readTimerOrigin(resource.stack);
  return resource.origin;
}

function describe(resource: Resource): Leftover {
  const { kind, description } = resource.kind;
  const place = originOf(resource)?.place;
  return { kind, description: place === undefined ? description : `${description}, set at ${place}` };
}
