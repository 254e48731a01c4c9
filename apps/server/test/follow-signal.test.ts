import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { followSignal } from "../src/engine/follow-signal.ts";

test("is aborted with the first of those that it follows, for its reason", () => {
  const [one, other] = [new AbortController(), new AbortController()];
  using followed = followSignal(one.signal, other.signal);
  expect(followed.signal.aborted).toBe(false);
  other.abort("first");
  one.abort("second");
  expect(followed.signal.reason).toBe("first");
});

test("is aborted at once with one that is aborted already", () => {
  using followed = followSignal(new AbortController().signal, AbortSignal.abort("before"));
  expect(followed.signal.reason).toBe("before");
});

test("leaves nothing with those that it has followed", () => {
  const others = [new AbortController(), new AbortController()].map(({ signal }) => signal);
  const listeners = () => others.map((signal) => getEventListeners(signal, "abort").length);
  const followed = followSignal(...others);
  expect(listeners()).toEqual([1, 1]);
  followed[Symbol.dispose]();
  expect(listeners()).toEqual([0, 0]);
});
