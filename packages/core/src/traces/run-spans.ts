import { context as contexts, type Tracer } from "@opentelemetry/api";
import type { RequestOptions } from "../request-options.ts";
import type { RequestSpans } from "./request-spans.ts";
import { RunSpan } from "./run-span.ts";
import type { TracedClient } from "./traced-client.ts";

type Tasks = TracedClient["tasks"];
/** What each of them makes: a task, or a run with its id. */
type Verb = "run" | "createAndWait" | "start" | "create";

/** Replaces what makes tasks by the same within a span. */
export function traceRuns(
  { tasks, blocks }: TracedClient,
  tracer: Tracer,
  requests: RequestSpans | undefined,
): void {
  const within = async <Result>(
    name: string,
    attributes: Record<string, string>,
    {
      waits,
      work,
      idOf,
    }: { waits: boolean; work(run: RunSpan): Promise<Result>; idOf(result: Result): string },
  ): Promise<Result> => {
    const parent = contexts.active();
    const run = new RunSpan(tracer, tracer.startSpan(name, { attributes }, parent), parent, waits);
    try {
      const result = await contexts.with(run.inside, () => work(run));
      run.end(idOf(result));
      return result;
    } catch (failure) {
      run.fail(failure);
      throw failure;
    }
  };

  const trace = (verb: Verb) => {
    // As of any of them: a request, options, and a promise of what has an id.
    const original = tasks[verb].bind(tasks) as unknown as (
      request: { blockId: string },
      options: RequestOptions,
    ) => Promise<Made>;
    const traced: typeof original = (request, options = {}) => {
      // A part of a run that has a span.
      if (options.run !== undefined) return original(request, options);
      const blockId = String(request?.blockId);
      return within(
        `${verb} ${blockId}`,
        { "oomol.block.id": blockId },
        {
          waits: verb === "run" || verb === "createAndWait",
          async work(run) {
            if (requests?.mustAsk()) await blocks.list({ run });
            return original(request, { ...options, run });
          },
          idOf: ({ taskId, id, task }) => taskId ?? id ?? task?.id ?? "",
        },
      );
    };
    Object.assign(tasks, { [verb]: traced });
  };
  for (const verb of ["run", "createAndWait", "start", "create"] as const) trace(verb);

  const wait = tasks.waitForCompletion.bind(tasks);
  const waitForCompletion: Tasks["waitForCompletion"] = (taskId, options = {}) =>
    options.run !== undefined
      ? wait(taskId, options)
      : within(
          "wait",
          {},
          { waits: false, work: (run) => wait(taskId, { ...options, run }), idOf: () => taskId },
        );
  Object.assign(tasks, { waitForCompletion });
}

interface Made {
  taskId?: string;
  id?: string;
  task?: { id: string } | undefined;
}
