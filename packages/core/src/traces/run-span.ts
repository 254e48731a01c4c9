import { type Context, type Span, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";

/** The span of one run, which its requests name as what they belong to. */
export class RunSpan {
  readonly span: Span;
  readonly #tracer: Tracer;
  readonly #waits: boolean;
  #wait: Span | undefined;
  /** When a request of it has failed last; epoch milliseconds. */
  failedAtMs: number | undefined;
  /** What its requests are below: the run or, once the server has accepted the task, the wait for its end. */
  inside: Context;

  /** `waits` says whether the run goes on after the server has accepted the task. */
  constructor(tracer: Tracer, span: Span, parent: Context, waits: boolean) {
    this.#tracer = tracer;
    this.span = span;
    this.inside = trace.setSpan(parent, span);
    this.#waits = waits;
  }

  /** A request is about to be made again, after a pause. */
  retries(request: string, attempt: number): void {
    const now = Date.now();
    const attributes = { "oomol.request": request, "http.request.resend_count": attempt - 1 };
    const startTime = this.failedAtMs ?? now;
    this.#tracer.startSpan("pause before retry", { startTime, attributes }, this.inside).end(now);
  }

  accepted(): void {
    if (!this.#waits || this.#wait) return;
    this.#wait = this.#tracer.startSpan("wait", {}, this.inside);
    this.inside = trace.setSpan(this.inside, this.#wait);
  }

  end(taskId: string | undefined): void {
    if (taskId !== undefined) this.span.setAttribute("oomol.task.id", taskId);
    this.#wait?.end();
    this.span.end();
  }

  fail(failure: unknown): void {
    const error = failure instanceof Error ? failure : new Error(String(failure));
    const { code, taskId } = error as { code?: unknown; taskId?: unknown };
    this.span.recordException(error);
    this.span.setAttribute("error.type", typeof code === "string" ? code : error.name);
    this.span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    this.end(typeof taskId === "string" ? taskId : undefined);
  }
}
