import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createEngineReturn } from "../src/executor/engine-return.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An executor with one job, whose broker has just come back. */
function lose(...taken: string[]) {
  const engineReturn = createEngineReturn({ sessionId: "s", address: "fd:3", sessionDir: "", tmpDir: "" });
  engineReturn.onJob("job-1");
  engineReturn.onRunBlock();
  for (const payload of taken) engineReturn.onTaken(payload);
  let announced = 0;
  let isBack = false;
  void engineReturn
    .wait(() => {
      announced += 1;
    })
    .then(() => {
      isBack = true;
    });
  return { engineReturn, announced: () => announced, isBack: () => isBack };
}

test("an executor with a job that has not ended announces itself until the engine answers, however late", async () => {
  const { engineReturn, announced, isBack } = lose(
    '{"type":"BlockOutput","output":1,"job_id":"job-1"}',
    '{"type":"BlockFinished","result":{},"session_id":"s","job_id":"job-2","sequence":9}',
  );
  await vi.advanceTimersByTimeAsync(60_000);
  expect(isBack()).toBe(false);
  expect(announced()).toBeGreaterThan(100);
  engineReturn.onRunBlock();
  await vi.advanceTimersByTimeAsync(0);
  expect(isBack()).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test("an executor whose jobs have all ended waits ten seconds: the engine may have nothing to answer", async () => {
  const { isBack } = lose(
    '{"type":"BlockFinished","result":{"a":1},"session_id":"s","job_id":"job-1","sequence":9}',
  );
  await vi.advanceTimersByTimeAsync(9_999);
  expect(isBack()).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(isBack()).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});
