import { type RunnerTestCase, type RunnerTestSuite, TestRunner } from "vitest";

/** Skips the tests that end with a `MissingProgram`, or whose hooks do, with its message as the reason. On CI they fail. */
export default class SkipWithoutProgram extends TestRunner {
  override onAfterRunTask(test: RunnerTestCase): void {
    super.onAfterRunTask(test);
    skipIfProgramMissed(test);
  }

  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    await super.onAfterRunSuite(suite);
    skipIfProgramMissed(suite);
  }
}

function skipIfProgramMissed(task: RunnerTestCase | RunnerTestSuite): void {
  // What follows from the first error, as hooks that close what was never opened, says nothing new.
  const first = task.result?.errors?.[0];
  if (process.env.CI || !task.result || first?.name !== "MissingProgram") return;
  task.mode = "skip";
  task.meta.missing = first.message;
  const { errors: _, ...result } = task.result;
  task.result = { ...result, state: "skip" };
}

declare module "vitest" {
  interface TaskMeta {
    /** Why this was skipped: what the machine does not have. */
    missing?: string;
  }
}
