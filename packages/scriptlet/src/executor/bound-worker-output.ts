// Runs in a worker of a block, before the worker's own program.
import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads";
import { defaultMaxPendingCharacters, explainDropped, type Stdio } from "../context/limited-log.ts";
import { boundedStreamsKey } from "./worker-output.ts";

/** What a write costs beside its text. */
const overheadCharacters = 32;

// A process that a worker starts may inherit the flag; a worker of a worker prints into the one that has started it.
if (!isMainThread) {
  for (const stdio of boundedStreams()) bound(process[stdio]);
  setEnvironmentData(boundedStreamsKey, undefined);
}

function boundedStreams(): Stdio[] {
  return (getEnvironmentData(boundedStreamsKey) as unknown as Stdio[] | undefined) ?? [];
}

/** Node.js sends what has been printed when the thread pauses, and holds all of it until then: as much as of a block it may be. */
function bound(stream: NodeJS.WriteStream): void {
  const write = stream.write.bind(stream) as (...all: unknown[]) => boolean;
  const writev = stream._writev?.bind(stream);
  let waiting = 0;
  let dropped = 0;
  const unheard = new Set<() => void>();

  const tell = () => {
    if (dropped === 0) return;
    const characters = dropped;
    dropped = 0;
    waiting += 1;
    write(`${explainDropped(characters, "a worker")}\n`);
    for (const callback of unheard) process.nextTick(callback);
    unheard.clear();
  };

  if (writev !== undefined)
    stream._writev = (chunks, callback) => {
      waiting -= chunks.length;
      writev(chunks, callback);
    };
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    const { length } = chunk;
    if (stream.writableLength + length + waiting * overheadCharacters > defaultMaxPendingCharacters) {
      dropped += length;
      const callback = rest.at(-1);
      if (typeof callback === "function") unheard.add(callback as () => void);
      return false;
    }
    tell();
    waiting += 1;
    return write(chunk, ...rest);
  }) as typeof stream.write;
  stream.on("drain", tell);
  process.on("exit", tell);
}
