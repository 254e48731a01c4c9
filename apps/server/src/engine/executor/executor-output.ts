import { readFence } from "@oomol/scriptlet/wire";
import type { OutputFences } from "../../broker/output-fences.ts";
import { tailCharacters } from "../../processes/executor-process.ts";

export type Stdio = "stdout" | "stderr";

/** Whole lines, without the last line break. */
export type OutputListener = (line: { stdio: Stdio; text: string }) => void;

/** What a process writes past its messages: its children, its addons, the runtime itself. */
export interface ExecutorOutput {
  /** Takes what has been read of a pipe. */
  take(chunk: { stdio: Stdio; text: string }): void;
  /** Whoever has come last and is still there hears it; the answer ends this. */
  listen(listener: OutputListener): () => void;
  /** Tells what has no line break yet. */
  flush(): void;
  /** The end of what came on stderr since somebody listens, or since the start of a process that nobody has listened to. */
  lastWords(): string;
}

/** What has no line break, or waits for a fence, does not grow beyond this. */
const mostHeld = 64 * 1024;

/** `unheard` gets what nobody listens to. */
export function createExecutorOutput(
  fences: OutputFences | undefined,
  unheard: OutputListener,
): ExecutorOutput {
  const listeners: OutputListener[] = [];
  const tell: OutputListener = ({ stdio, text }) => {
    const [own, blocks] = ownAndBlocks(text);
    if (own !== "") unheard({ stdio, text: own });
    if (blocks !== "") (listeners.at(-1) ?? unheard)({ stdio, text: blocks });
  };
  let lastWords = "";
  let wasHeard = false;
  const pipes = { stdout: createPipe("stdout", fences, tell), stderr: createPipe("stderr", fences, tell) };
  return {
    take({ stdio, text }) {
      if (stdio === "stderr") lastWords = withoutFences(lastWords + text).slice(-tailCharacters);
      pipes[stdio].take(text);
    },
    listen(listener) {
      // Of whoever has listened before.
      if (wasHeard && listeners.length === 0) lastWords = "";
      wasHeard = true;
      listeners.push(listener);
      return () => {
        const position = listeners.indexOf(listener);
        if (position >= 0) listeners.splice(position, 1);
      };
    },
    flush() {
      pipes.stdout.flush();
      pipes.stderr.flush();
    },
    lastWords: () => lastWords.slice(0, readFence(lastWords)?.start).trim(),
  };
}

/** One that has only begun stays. */
function withoutFences(text: string): string {
  let rest = text.slice(-2 * tailCharacters);
  for (let found = readFence(rest); found?.fence !== undefined; found = readFence(rest))
    rest = rest.slice(0, found.start) + rest.slice(found.end);
  return rest;
}

/** What executors say themselves is for whoever operates the server. */
function ownAndBlocks(text: string): [own: string, blocks: string] {
  if (!ownWords.test(text)) return ["", text];
  const lines = text.split("\n");
  const pick = (isOwn: boolean) => lines.filter((line) => ownWords.test(line) === isOwn).join("\n");
  return [pick(true), pick(false)];
}

/** Of ours, and of the one for Python, which names its log file and the broker when it starts. */
const ownWords = /^(nodejs-executor: |setup logging in file |connecting to broker )/m;

function createPipe(stdio: Stdio, fences: OutputFences | undefined, tell: OutputListener) {
  /** After a fence that others have not come to. */
  let held: string | undefined;
  /** The beginning of a fence. */
  let rest = "";
  let line = "";

  const take = (text: string): void => {
    if (held !== undefined && held.length < mostHeld) {
      held += text;
      return;
    }
    const all = (held ?? "") + rest + text;
    held = undefined;
    rest = "";
    read(all);
  };

  const read = (text: string): void => {
    const found = fences && readFence(text);
    if (found === undefined) {
      print(text);
      return;
    }
    print(text.slice(0, found.start));
    if (found.fence === undefined) rest = text.slice(found.start);
    else pass(found.fence, text.slice(found.end));
  };

  const pass = (fence: number, after: string): void => {
    // What came before it came before whatever the others have still to say.
    flush();
    const passed = fences?.arrive(fence);
    if (passed === undefined) {
      read(after);
      return;
    }
    held = after;
    void passed.then(() => {
      const text = held ?? "";
      held = undefined;
      take(text);
    });
  };

  const print = (text: string): void => {
    const end = text.lastIndexOf("\n");
    if (end < 0) line += text;
    else {
      tell({ stdio, text: line + text.slice(0, end) });
      line = text.slice(end + 1);
    }
    if (line.length > mostHeld) flush();
  };

  const flush = (): void => {
    if (line !== "") tell({ stdio, text: line });
    line = "";
  };

  return { take, flush };
}
