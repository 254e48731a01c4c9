import { expect, test } from "vitest";
import { traceOfJob } from "../src/job-trace.ts";
import { partsOfTrace, readTraceContext } from "../src/trace-context.ts";

const flow = {
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03",
  tracestate: "congo=t61rcWkgMzE",
};

test("a job of a flow is in the flow's trace, under an id of its own that is the same for everybody", () => {
  const job = traceOfJob(flow, "3b0c");
  expect(partsOfTrace(job)).toEqual({
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    traceFlags: 3,
  });
  expect(readTraceContext(job.traceparent, job.tracestate)).toEqual(job);
  expect(traceOfJob(flow, "3b0c")).toEqual(job);
});

test("jobs of one id in two flows are two spans, and so are two jobs of one flow", () => {
  const other = { ...flow, traceparent: flow.traceparent.replace("b7ad", "b7ae") };
  const ids = [traceOfJob(flow, "1"), traceOfJob(flow, "2"), traceOfJob(other, "1")].map(
    (job) => partsOfTrace(job).spanId,
  );
  expect(new Set(ids).size).toBe(3);
});
