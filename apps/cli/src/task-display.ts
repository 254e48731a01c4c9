import { styleText } from "node:util";
import type { Task, TaskLog } from "@oomol/connect-node";
import { createLogUpdate } from "log-update";

const barWidth = 28;
const frameMs = 100;

/**
 * A task on a terminal: its log lines above, one live line with status, bar and time below. Where the stream is no
 * terminal, each change is a line of its own.
 */
export class TaskDisplay implements Disposable {
  readonly #stream: NodeJS.WriteStream;
  readonly #live: ReturnType<typeof createLogUpdate> | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #startedMs = performance.now();
  #status = "created";
  #taskId = "";
  #progress = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    if (!stream.isTTY) return;
    this.#live = createLogUpdate(stream);
    this.#timer = setInterval(() => this.#draw(), frameMs);
  }

  showStatus(task: Task): void {
    const isNews = this.#status !== task.status || this.#taskId !== task.id;
    this.#taskId = task.id;
    this.#status = task.status;
    if (task.status === "completed") this.#progress = 100;
    if (isNews && !this.#live) this.#stream.write(`task ${task.id} ${task.status}\n`);
    this.#draw();
  }

  /** Shows what the block says; other events only move the bar. */
  showLog(log: TaskLog): void {
    const event = log.event ?? {};
    if (log.type === "BlockProgress" && typeof event.progress === "number")
      this.#showProgress(event.progress);
    if (log.type === "BlockLog")
      this.#print(styleText("dim", `│ ${printable(event.log)}`, { stream: this.#stream }));
    if (log.type === "BlockWarning")
      this.#print(styleText("yellow", `! ${printable(event.warning)}`, { stream: this.#stream }));
    if (log.type === "BlockError")
      this.#print(styleText("red", `✗ ${printable(event.error)}`, { stream: this.#stream }));
  }

  /** Leaves the last state on the screen. */
  finish(): void {
    this.#draw();
    this.#live?.done();
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#live?.done();
  }

  #showProgress(progress: number): void {
    this.#progress = progress;
    if (this.#live) this.#draw();
    else this.#stream.write(`progress ${Math.round(progress)} %\n`);
  }

  #print(line: string): void {
    this.#live?.clear();
    this.#stream.write(`${line}\n`);
    this.#draw();
  }

  #draw(): void {
    if (!this.#live) return;
    const filled = Math.round((Math.min(100, this.#progress) / 100) * barWidth);
    const bar = styleText("cyan", "█".repeat(filled)) + styleText("dim", "░".repeat(barWidth - filled));
    const seconds = ((performance.now() - this.#startedMs) / 1_000).toFixed(1);
    const percent = `${Math.round(this.#progress)} %`.padStart(5);
    this.#live(`${bar} ${percent}  ${this.#status}  ${styleText("dim", `${seconds} s`)}`);
  }
}

/** What a block prints must not move the cursor or retitle the terminal. */
function printable(text: unknown): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return String(text).replace(/\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}
