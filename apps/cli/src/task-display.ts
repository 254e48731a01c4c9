import { styleText } from "node:util";
import {
  eventsOfLog,
  type OomolConnectClient,
  type PollingOptions,
  type Task,
  type TaskLog,
  type UploadOptions,
  type UploadProgress,
} from "@oomol/connect-node";
import { createLogUpdate } from "log-update";
import { canDraw, drawPicture } from "./draw-picture.ts";
import { formatLog, formatOutput } from "./format-log.ts";
import { previewPictures } from "./preview-pictures.ts";
import { printableLine } from "./printable.ts";

const barWidth = 28;
const frameMs = 100;

/**
 * A task on a terminal: its log lines above, one live line with status, bar and time below. If the stream is not a
 * terminal, each change is a line of its own.
 */
export class TaskDisplay implements Disposable {
  readonly #stream: NodeJS.WriteStream;
  readonly #live: ReturnType<typeof createLogUpdate> | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #startedMs = performance.now();
  #status = "created";
  /** Why it cannot run now. */
  #reason: string | undefined;
  #taskId = "";
  /** Logs of a task that ended before the first poll come before its id. */
  readonly #early: TaskLog[] = [];
  #progress = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    if (!stream.isTTY) return;
    this.#live = createLogUpdate(stream);
    this.#timer = setInterval(() => this.#draw(), frameMs);
  }

  /** Options that show a run of `client` here, and stop its task when `signal` is aborted. */
  follow(client: OomolConnectClient, signal: AbortSignal): PollingOptions & UploadOptions {
    return {
      signal,
      stopOnAbort: true,
      onProgress: async (task) => {
        this.showStatus(task);
        for (const log of this.#early.splice(0)) await this.#showPictures(client, log, signal);
      },
      onLog: async (log) => {
        this.showLog(log);
        if (this.#taskId === "") this.#early.push(log);
        else await this.#showPictures(client, log, signal);
      },
      onUploadProgress: (progress) => this.showUpload(progress),
    };
  }

  showStatus(task: Task): void {
    const { pending_reason: reason } = task;
    const isNews = this.#status !== task.status || this.#taskId !== task.id || this.#reason !== reason;
    if (this.#taskId !== task.id) this.#progress = 0;
    this.#taskId = task.id;
    this.#status = task.status;
    this.#reason = reason;
    if (task.status === "completed") this.#progress = 100;
    const wait = reason === undefined ? "" : `: ${printableLine(reason)}`;
    if (isNews && !this.#live)
      this.#stream.write(`${printableLine(`task ${task.id} ${task.status}`)}${wait}\n`);
    this.#draw();
  }

  /** The bar shows the files first, then the block. */
  showUpload({ phase, fraction, file }: UploadProgress): void {
    this.#status = phase === "sending" ? `sending ${file.name}` : "sent";
    this.#progress = (fraction ?? 0) * 100;
    if (!this.#live && phase === "accepted") this.#stream.write("files sent\n");
    this.#draw();
  }

  /** Shows the block's messages; other events only move the bar. */
  showLog(log: TaskLog): void {
    for (const event of eventsOfLog(log)) {
      if (event.type === "progress") this.#showProgress(event.progress);
      // What a block returns at its end is its result, which is printed.
      if (event.type === "output" && !log.type.endsWith("Finished")) {
        this.#print(formatOutput(event, this.#stream));
      }
    }
    if (spoken.has(log.type)) this.#print(formatLog(log, this.#stream));
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

  /** On terminals that can draw. */
  async #showPictures(client: OomolConnectClient, log: TaskLog, signal: AbortSignal): Promise<void> {
    if (!this.#live || !canDraw(this.#stream)) return;
    for await (const picture of previewPictures(client, this.#taskId, log, signal)) {
      const drawn =
        "bytes" in picture
          ? drawPicture(picture.bytes, this.#stream)
          : styleText("dim", `A picture could not be shown: ${printableLine(picture.problem)}`, {
              stream: this.#stream,
            });
      if (drawn) this.#print(drawn);
    }
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
    const wait = this.#reason === undefined ? "" : `\n${printableLine(this.#reason)}`;
    this.#live(
      `${bar} ${percent}  ${printableLine(this.#status)}  ${styleText("dim", `${seconds} s`)}${wait}`,
    );
  }
}

/** Events with a message for people. */
const spoken = new Set(["BlockLog", "BlockLogJSON", "BlockWarning", "BlockError"]);
