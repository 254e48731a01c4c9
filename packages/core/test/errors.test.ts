import {
  ApiError,
  ConnectionError,
  InstallFailedError,
  InvalidInputError,
  OomolConnectError,
  TaskFailedError,
  TaskStoppedError,
  TimeoutError,
  UnexpectedResponseError,
  UnsupportedError,
} from "@oomol/connect-core";
import { describe, expect, test, vi } from "vitest";
import { failureChain } from "../src/errors/failure-chain.ts";

const refusal = { method: "GET", path: "/v1/a", body: { a: 1 }, requestId: "r-1", retryAfterMs: 5 };

describe("what a server answers", () => {
  test.each<[status: number, said: string | undefined, sentence: string]>([
    [200, "no room", "GET /v1/a was refused: no room"],
    [299, undefined, "GET /v1/a was refused."],
    [199, undefined, "GET /v1/a was answered with 199."],
    [404, "not found", "GET /v1/a was answered with 404: not found"],
    [299, "gone", "GET /v1/a was refused: gone"],
    [300, undefined, "GET /v1/a was answered with 300. Redirects are not followed: check `baseUrl`."],
    [399, "moved", "GET /v1/a was answered with 399: moved. Redirects are not followed: check `baseUrl`."],
    [400, undefined, "GET /v1/a was answered with 400."],
    [401, undefined, "GET /v1/a was answered with 401. Check the client's `apiToken`."],
    [401, "Who? You", "GET /v1/a was answered with 401: Who? You. Check the client's `apiToken`."],
    [401, "Who are you?", "GET /v1/a was answered with 401: Who are you? Check the client's `apiToken`."],
    [413, "at most 16 GiB", "GET /v1/a was answered with 413: at most 16 GiB"],
  ])("%i, %s", (status, serverMessage, sentence) => {
    expect(new ApiError({ ...refusal, status, serverMessage, hadToken: true }).message).toBe(sentence);
  });

  test("without a token, which a proxy may hold, is no reason to check one", () => {
    const failure = new ApiError({ ...refusal, status: 401, serverMessage: "Sign in" });
    expect(failure.message).toBe("GET /v1/a was answered with 401: Sign in. No token was sent.");
  });

  test("may succeed later after 408, 425, 429 and every 5xx but 501", () => {
    const isRetryable = (status: number) =>
      new ApiError({ ...refusal, status, serverMessage: undefined }).isRetryable;
    expect([408, 425, 429, 500, 502, 599].filter((status) => !isRetryable(status))).toEqual([]);
    expect([200, 400, 404, 409, 424, 426, 499, 501].filter(isRetryable)).toEqual([]);
  });

  test("is kept, also under the name of the older client", () => {
    const failure = new ApiError({ ...refusal, status: 500, serverMessage: "no" });
    expect(failure).toMatchObject({ code: "api_error", status: 500, ...refusal });
    expect(failure.response).toBe(refusal.body);
  });

  test("names what is wrong with it, and where", () => {
    const cause = new Error("inner");
    const facts = { method: "GET", path: "/v1/a", status: 200, expected: "a list", seen: "7", cause };
    const failure = new UnexpectedResponseError({ ...facts, field: "tasks" });
    expect(failure.message).toBe(
      "GET /v1/a: `tasks` in the answer should be a list, but is 7. Is `baseUrl` the address of a Connect server, with /api?",
    );
    expect(failure).toMatchObject({ status: 200, field: "tasks", seen: "7", cause });
    expect(new UnexpectedResponseError({ ...facts, field: "" }).message).toMatch(/^GET \/v1\/a: the answer /);
  });

  test("lacks an extension", () => {
    const failure = new UnsupportedError("files", "serves no files");
    expect(failure).toMatchObject({ extension: "files", code: "unsupported" });
    expect(failure.message).toContain('does not announce the extension "files"');
  });
});

test("a connection that breaks tells its cause, and whether what it creates may exist", () => {
  const cause = new Error("inner");
  const facts = { method: "POST", address: "http://h/a", reason: "it was reset", cause };
  const doubtful = new ConnectionError({ ...facts, mayHaveHappened: true, isRetryable: false });
  expect(doubtful).toMatchObject({ cause, mayHaveHappened: true, isRetryable: false });
  expect(doubtful.message).toMatch(
    /^POST http:\/\/h\/a got no answer: it was reset\. What the request creates may exist/,
  );
  const safe = { ...facts, outcome: "broke off", mayHaveHappened: false, isRetryable: true };
  expect(new ConnectionError(safe).message).toBe("POST http://h/a broke off: it was reset.");
});

test("a time limit tells the last trouble, and keeps it", () => {
  const lastFailure = new Error("it was reset");
  const facts = { awaited: "the end", timeoutMs: 5 };
  const failure = new TimeoutError({ ...facts, lastFailure });
  expect(failure).toMatchObject({ cause: lastFailure, lastFailure, timeoutMs: 5 });
  expect(failure.message).toBe("Timed out after 5 ms, waiting for the end. The last failure: it was reset");
  expect(new TimeoutError(facts).message).toBe("Timed out after 5 ms, waiting for the end.");
  const doubtful = new TimeoutError({ ...facts, mayHaveHappened: true });
  expect([failure.mayHaveHappened, doubtful.mayHaveHappened]).toEqual([false, true]);
  expect(doubtful.message).toMatch(/the end\. What the request creates may exist/);
});

test("a redirect whose status a browser hides is called one", () => {
  const facts = { path: "/v1/a", method: "GET", serverMessage: undefined, body: undefined };
  expect(new ApiError({ ...facts, status: 0, requestId: undefined, retryAfterMs: undefined }).message).toBe(
    "GET /v1/a was answered with a redirect. Redirects are not followed: check `baseUrl`.",
  );
});

describe("a task or an installation that ends badly", () => {
  const task = { id: "t", status: "failed" };
  const facts = { task, nodeId: undefined, logs: [] };

  test.each([
    [undefined, "Task t failed: its logs give no reason."],
    ["no room", "Task t failed: no room"],
    ["Error: no room\n    at main (block.ts:1:1)\n    at run (x.ts:2:2)", "Task t failed: no room"],
    ["TypeError: no room\nlook at this", "Task t failed: TypeError: no room\nlook at this"],
    ["It said: Error: no room", "Task t failed: It said: Error: no room"],
  ])("says why, without the stack: %j", (reason, sentence) => {
    const failure = new TaskFailedError({ ...facts, reason });
    expect(failure.message).toBe(sentence);
    expect(failure).toMatchObject({ reason, taskId: "t", task, logs: [], nodeId: undefined });
  });

  test("names the node of a flow", () => {
    expect(new TaskFailedError({ ...facts, reason: "no", nodeId: "n" }).message).toBe(
      "Task t failed at node n: no",
    );
  });

  test("was stopped", () => {
    expect(new TaskStoppedError(task)).toMatchObject({ taskId: "t", task, code: "task_stopped" });
  });

  test.each([
    [{ version: "1.0.0", error: "no disk" }, "Installing a@1.0.0 failed: no disk"],
    [{ error: null }, "Installing a failed: the server gives no reason."],
    [{}, "Installing a failed: the server gives no reason."],
  ])("was not installed: %j", (more, sentence) => {
    const install = { id: "i", name: "a", status: "failed", ...more };
    const failure = new InstallFailedError(install as ConstructorParameters<typeof InstallFailedError>[0]);
    expect(failure.message).toBe(sentence);
    expect(failure).toMatchObject({ taskId: "i", task: install });
  });
});

describe("instances", () => {
  test("are recognised across copies of the package", async () => {
    vi.resetModules();
    const copy = await import("../src/errors/index.ts");
    const failure = new copy.InvalidInputError("x", "from another copy");
    expect(copy.InvalidInputError).not.toBe(InvalidInputError);
    expect(failure).toBeInstanceOf(InvalidInputError);
    expect(failure).toBeInstanceOf(OomolConnectError);
    expect(failure).not.toBeInstanceOf(ApiError);
  });

  test("of a caller's own subclass are those that it made, and they keep the name of their kind", () => {
    class Own extends InvalidInputError {}
    class Named extends Own {
      static override readonly errorName = "Named";
    }
    const own = new Own("x", "y");
    expect(own).toBeInstanceOf(Own);
    expect(own).toBeInstanceOf(InvalidInputError);
    expect(own.name).toBe("InvalidInputError");
    expect(new InvalidInputError("x", "y")).not.toBeInstanceOf(Own);
    expect(new Named("x", "y")).toBeInstanceOf(Named);
    expect(new Named("x", "y").name).toBe("Named");
  });

  test("are nothing that only looks so", () => {
    for (const value of [undefined, null, "InvalidInputError", 7, {}, new Error("x"), () => undefined]) {
      expect(value instanceof InvalidInputError).toBe(false);
    }
  });

  test("are called after their kind, which their owner may change", () => {
    const failure = new InvalidInputError("files[0]", "expected a File.");
    expect(String(failure)).toBe("InvalidInputError: files[0]: expected a File.");
    failure.name = "Mine";
    expect(failure.name).toBe("Mine");
    expect(Object.keys(failure)).not.toContain("name");
  });
});

describe("what caused a failure", () => {
  test("comes after it, the first of several too", () => {
    const innermost = new Error("innermost");
    const refused = new AggregateError([innermost, new Error("another")], "all of them");
    const failure = new Error("outermost", { cause: refused });
    expect(failureChain(failure)).toEqual([failure, refused, innermost]);
    expect(failureChain(new Error("a", { cause: "words" }))).toHaveLength(1);
    expect(failureChain("words")).toEqual([]);
  });

  test("ends where causes go round", () => {
    const failure = new Error("round");
    failure.cause = failure;
    expect(failureChain(failure)).toHaveLength(8);
  });
});
