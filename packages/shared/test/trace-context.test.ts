import { expect, test } from "vitest";
import {
  formatTraceContext,
  parseTraceContext,
  partsOfTrace,
  readTraceContext,
  traceVariables,
} from "../src/trace-context.ts";

const ids = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";

test.each([
  ["as it is sent", `00-${ids}-01`, `00-${ids}-01`],
  ["of no record", `00-${ids}-00`, `00-${ids}-00`],
  ["with a random id", `00-${ids}-03`, `00-${ids}-03`],
  ["with flags that nobody knows", `00-${ids}-ff`, `00-${ids}-03`],
  ["with white space around it", ` 00-${ids}-01 `, `00-${ids}-01`],
  ["of a later version", `cc-${ids}-01`, `00-${ids}-01`],
  ["of a later version that says more", `cc-${ids}-01-what-will-be`, `00-${ids}-01`],
])("a traceparent %s is read", (_how, given, read) => {
  expect(readTraceContext(given)).toEqual({ traceparent: read });
});

test.each([
  ["nothing", null],
  ["no text", 7],
  ["the version that never is", `ff-${ids}-01`],
  ["more than version 00 has", `00-${ids}-01-more`],
  ["upper case", `00-${ids.toUpperCase()}-01`],
  ["a trace of zeros", `00-${"0".repeat(32)}-b7ad6b7169203331-01`],
  ["a span of zeros", `00-0af7651916cd43dd8448eb211c80319c-${"0".repeat(16)}-01`],
  ["two of them in one", `00-${ids}-01, 00-${ids}-01`],
  ["more than a later version had", `cc-${ids}-01-${"x".repeat(1_000)}`],
])("a traceparent with %s is ignored", (_what, given) => {
  expect(readTraceContext(given, "rojo=1")).toBeUndefined();
});

test.each([
  ["rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"],
  [" rojo=1 , ,congo=2", "rojo=1,congo=2"],
  ["fw529a3039@dt=FfffffF;_", "fw529a3039@dt=FfffffF;_"],
  ["a=spaces within", "a=spaces within"],
])("a tracestate is read: %s", (given, read) => {
  expect(readTraceContext(`00-${ids}-01`, given)).toEqual({ traceparent: `00-${ids}-01`, tracestate: read });
});

test.each(
  [
    ["", "no=", "=1", "UPPER=1", "a=1=2", "a=1,a=2", "a=\u00e9", `a=${"x".repeat(512)}`, "line=1\r\nx: y"],
    [Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(",")],
  ].flat(),
)("a tracestate is left out that is malformed: %j", (given) => {
  expect(readTraceContext(`00-${ids}-01`, given)).toEqual({ traceparent: `00-${ids}-01` });
});

test("both are one line, and variables for programs", () => {
  const whole = { traceparent: `00-${ids}-01`, tracestate: "a=spaces within,b=2" };
  const parent = { traceparent: `00-${ids}-01` };
  for (const context of [whole, parent]) {
    expect(parseTraceContext(formatTraceContext(context))).toEqual(context);
  }
  expect(traceVariables(whole)).toEqual({ TRACEPARENT: whole.traceparent, TRACESTATE: whole.tracestate });
  expect([traceVariables(parent), traceVariables(undefined)]).toEqual([
    { TRACEPARENT: parent.traceparent },
    {},
  ]);
  expect(parseTraceContext("something else")).toBeUndefined();
  const [traceId, spanId] = ids.split("-");
  expect(partsOfTrace(whole)).toEqual({ traceId, spanId, traceFlags: 1 });
});
