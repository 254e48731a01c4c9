import { describe, expect, test } from "vitest";
import { redact, redactFailure } from "../src/errors/redact.ts";

const token = "Bearer api-canary";

test.each([
  ["the whole token", `sent ${token} twice: ${token}`, token, "sent [redacted] twice: [redacted]"],
  ["the token without its scheme", "bad token api-canary", token, "bad token [redacted]"],
  ["after several spaces too", "bad token api-canary", "Bearer  api-canary", "bad token [redacted]"],
  [
    "a token of two words after its scheme",
    "with first-half second",
    "Token first-half second",
    "with [redacted]",
  ],
  ["nothing of six characters or more is spared", "with 123456", "123456", "with [redacted]"],
  ["what is too short to be a secret", "at noon", "at", "at noon"],
  ["no token", "any text", undefined, "any text"],
  ["an empty token", "any text", "", "any text"],
])("a text with %s", (_, text, secret, safe) => {
  expect(redact(text, secret)).toBe(safe);
});

describe("a failure", () => {
  const show = (failure: unknown) => redactFailure(failure, token);

  test("that shows no token stays as it is", () => {
    const failure = Object.assign(new Error("reset", { cause: new Error("inner") }), {
      host: { name: "h" },
      nothing: null,
      count: 1,
      none: undefined,
    });
    expect(show(failure)).toBe(failure);
    expect(redactFailure(failure, undefined)).toBe(failure);
  });

  test.each([
    ["in its message", new TypeError("sent api-canary")],
    ["in a field", Object.assign(new TypeError("reset"), { authorization: token })],
    ["deep in a field", Object.assign(new TypeError("reset"), { request: { headers: [token] } })],
    ["in its cause", new TypeError("reset", { cause: new Error("sent api-canary") })],
  ])("that shows the token %s is kept as a copy of name and message", (_, failure) => {
    const safe = show(failure);
    expect(safe).not.toBe(failure);
    expect(safe).toMatchObject({
      name: "TypeError",
      message: failure.message.replace("api-canary", "[redacted]"),
    });
    const kept = Object.getOwnPropertyNames(safe).map((name) => String(Reflect.get(safe as Error, name)));
    expect(kept.join()).not.toContain("canary");
    expect((safe as Error).stack).toContain("redact.test.ts");
  });

  test("that shows a token which JSON would write in another way is found too", () => {
    expect(redactFailure(new Error('sent api"canary'), 'api"canary')).toMatchObject({
      message: "sent [redacted]",
    });
  });

  test("whose field cannot be written down is judged by the others", () => {
    const round: Record<string, unknown> = { token };
    round.self = round;
    const failure = Object.assign(new Error("reset"), { round });
    expect(show(failure)).toBe(failure);
    expect(show(Object.assign(new Error("sent api-canary"), { round }))).toMatchObject({
      message: "sent [redacted]",
    });
  });

  test("without a stack is kept without one", () => {
    const failure = new Error("sent api-canary");
    Object.defineProperty(failure, "stack", { value: undefined });
    expect(show(failure)).toMatchObject({ stack: "" });
  });

  test("that is no Error is kept where it is words", () => {
    expect(show("sent api-canary")).toBe("sent [redacted]");
    expect(show({ token })).toBeUndefined();
  });
});
