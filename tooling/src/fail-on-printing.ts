import "./older-node.mjs";
import { afterEach, beforeEach, expect, vi } from "vitest";

// A test that prints fails: what a library says must be said through its own channels.
const methods = ["log", "info", "warn", "error", "debug"] as const;

beforeEach(() => {
  for (const method of methods) vi.spyOn(console, method).mockImplementation(() => undefined);
});

afterEach(() => {
  const printed = methods.flatMap((method) =>
    vi.mocked(console[method]).mock.calls.map((call) => [method, ...call]),
  );
  vi.restoreAllMocks();
  expect(printed, "this test printed to the console").toEqual([]);
});
