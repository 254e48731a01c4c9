import type { Http } from "../http/http.ts";
import { path } from "../http/path.ts";
import type { ResolvedClientOptions } from "../options.ts";
import { isFinalStatus } from "../states.ts";
import type { Task } from "../types.ts";
import { type ClientStreams, streamsOf } from "./client-streams.ts";
import type { Created } from "./created.ts";
import type { SharedTaskStream } from "./shared-events.ts";
import { readTaskStream, type TaskStream, type TaskStreamOptions } from "./task-stream.ts";
import type { StreamedEvent } from "./task-watch.ts";

type Events = AsyncGenerator<StreamedEvent, undefined>;

/**
 * The events of a task: of the stream that its creation has opened, of the one that many tasks share, or of one of its own.
 * Nothing if no connection can be spared.
 */
export async function openEvents(
  http: Http,
  options: ResolvedClientOptions,
  taskId: string,
  { created, ...wanted }: TaskStreamOptions & { created: Created | undefined },
): Promise<Events | undefined> {
  const { clock } = options;
  const streams = streamsOf(http, options);
  const readOwn = (release: () => void, after: number | undefined) =>
    releasing(release, readTaskStream(http, clock, path`/v1/tasks/${taskId}`, { ...wanted, afterId: after }));
  const goOn = async (after: number | undefined) => {
    streams.countOwn();
    const release = await streams.holdOwn();
    return release && readOwn(release, after);
  };
  if (created?.stream) return readToEnd(created.task, created.stream, wanted, goOn);

  const shared = await streams.choose(wanted.headers);
  const stream = await shared?.follow(taskId, wanted.afterId, wanted.signal);
  if (stream) return readToEnd(undefined, stream, wanted, goOn);
  if (shared) streams.countOwn();
  const release = await streams.holdOwn();
  if (!release) return undefined;
  const own = readOwn(release, wanted.afterId);
  return shared && !shared.isOpen ? blaming(streams, own) : own;
}

/** A stream that is open, of which `task` has been read; then what `goOn` opens, if the task is to leave those that share it. */
async function* readToEnd(
  task: Task | undefined,
  stream: TaskStream & Partial<Pick<SharedTaskStream, "isApart">>,
  { signal, afterId }: TaskStreamOptions,
  goOn: (afterId: number | undefined) => Promise<Events | undefined>,
): Events {
  let after = afterId;
  try {
    // A task that has ended is reported again at the end, after its logs.
    if (task && !isFinalStatus(task.status)) yield { task };
    for (let event = await stream.next(signal); event; event = await stream.next(signal)) {
      if ("log" in event) after = event.log.id;
      yield event;
    }
  } finally {
    await stream.cancel();
  }
  const rest = stream.isApart?.() ? await goOn(after) : undefined;
  if (rest) yield* rest;
}

async function* releasing(release: () => void, events: Events): Events {
  try {
    yield* events;
  } finally {
    release();
  }
}

/** Of a task that could not share a stream: that its own brings something tells that this was not the network's fault. */
async function* blaming(streams: ClientStreams, events: Events): Events {
  let isBlamed = false;
  for await (const event of events) {
    if (!isBlamed) streams.spoilShared();
    isBlamed = true;
    yield event;
  }
}
