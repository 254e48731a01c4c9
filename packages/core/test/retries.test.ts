import {
  ApiError,
  ConnectionError,
  InvalidInputError,
  TimeoutError,
  UnexpectedResponseError,
} from "@oomol/connect-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Http } from "../src/http/http.ts";
import type { HttpCall } from "../src/http/http-call.ts";
import { isTransient } from "../src/http/with-retries.ts";
import { type ClientOptions, resolveClientOptions } from "../src/options.ts";
import type { Transport, TransportRequest, TransportResponse } from "../src/transport/transport.ts";
import { TransportError } from "../src/transport/transport-error.ts";
import { anything } from "../src/wire/schema.ts";

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> };
type Step = Answer | Error | ((request: TransportRequest) => Promise<TransportResponse>);

const read: HttpCall = { method: "GET", path: "/a", schema: anything, isIdempotent: true };
const create: HttpCall = { ...read, method: "POST", json: { a: 1 }, isIdempotent: false };
const reset = new TransportError("the connection was reset", { isUnsent: false });
const refused = new TransportError("the connection was refused", { isUnsent: true });

/** A client's inside over a network that answers by these steps, then always well; its pauses pass at once. */
function openHttp(steps: Step[], options: ClientOptions & Pick<Transport, "heldRequestLimit"> = {}) {
  const sent: TransportRequest[] = [];
  const pauses: number[] = [];
  const { heldRequestLimit, ...clientOptions } = options;
  const transport: Transport = {
    ...(heldRequestLimit !== undefined && { heldRequestLimit }),
    async send(request) {
      sent.push(request);
      const step = steps.shift() ?? {};
      if (step instanceof Error) throw step;
      return typeof step === "function" ? step(request) : answerOf(step);
    },
  };
  const clock = { now: () => 1_000, delay: async (durationMs: number) => void pauses.push(durationMs) };
  const resolved = resolveClientOptions({
    baseUrl: "http://host.test/api",
    transport,
    clock,
    random: () => 1,
    ...clientOptions,
  });
  return { http: new Http(resolved), sent, pauses };
}

function answerOf({ status = 200, body = {}, headers = {} }: Answer): TransportResponse {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return {
    status,
    header: (name) => headers[name],
    text: async () => text,
    stream: () => new Blob([text]).stream(),
  };
}

const busy = (retryAfter: string, status = 503): Answer => ({
  status,
  headers: { "retry-after": retryAfter },
});
const announcing = (names: string): Answer => ({ headers: { "connect-extensions": names } });
function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable("it should have failed"),
    (failure: unknown) => failure,
  );
}

describe("a read is sent again", () => {
  test.each<[string, Step, boolean]>([
    ["a reset", reset, true],
    ["a refused connection", refused, true],
    ["500", { status: 500 }, true],
    ["an answer that is no JSON", { body: "<html>" }, true],
    ["404", { status: 404 }, false],
    ["501", { status: 501 }, false],
    ["an input that cannot be sent", new InvalidInputError("files[0]", "the file shrank."), false],
  ])("after %s: %s", async (_, step, isRepeated) => {
    const { http, sent } = openHttp([step]);
    const outcome = await http.call(read).catch((failure: unknown) => failure);
    expect([sent.length, outcome instanceof Error]).toEqual(isRepeated ? [2, false] : [1, true]);
  });

  test("three times by default, with pauses that double up to a bound", async () => {
    const onRetry = vi.fn();
    const options = { retry: { maxMs: 1_000 }, hooks: { onRetry } };
    const { http, sent, pauses } = openHttp([reset, reset, reset, reset], options);
    expect(await failureOf(http.call(read))).toBeInstanceOf(ConnectionError);
    expect([sent.length, pauses]).toEqual([4, [300, 600, 1_000]]);
    const reason = expect.stringContaining("the connection was reset");
    expect(onRetry.mock.calls[1]).toEqual([{ method: "GET", path: "/a", attempt: 2, pauseMs: 600, reason }]);
  });

  test("after what the server asks for, up to a bound and no further", async () => {
    const { http, pauses } = openHttp([busy("0"), busy("30"), busy("30.001")]);
    expect(await failureOf(http.call(read))).toMatchObject({ status: 503, retryAfterMs: 30_001 });
    expect(pauses).toEqual([0, 30_000]);
  });

  test("by its caller alone where that repeats by itself", async () => {
    const { http, sent } = openHttp([reset]);
    await failureOf(http.call({ ...read, isSingleAttempt: true }));
    expect(sent).toHaveLength(1);
  });

  test("not once its caller has had enough, who gets the own reason", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    const fail = async () => {
      abort.abort(reason);
      throw reset;
    };
    const { http, sent } = openHttp([fail]);
    expect(await failureOf(http.call({ ...read, signal: abort.signal }))).toBe(reason);
    expect(await failureOf(http.call({ ...read, signal: abort.signal }))).toBe(reason);
    expect(sent).toHaveLength(1);
  });

  test("and a failure that came without a request is given back where the caller has had enough, or no attempt is left", async () => {
    const { http, pauses } = openHttp([], { retry: { limit: 1 } });
    const failure = new ApiError({ ...apiError, status: 500 });
    await http.beforeRetry(read, 1, failure);
    expect(await failureOf(http.beforeRetry(read, 2, failure))).toBe(failure);
    const signal = AbortSignal.abort(new Error("enough"));
    expect(await failureOf(http.beforeRetry({ ...read, signal }, 1, failure))).toBe(signal.reason);
    expect(pauses).toEqual([300]);
  });
});

const apiError = {
  method: "GET",
  path: "/a",
  serverMessage: undefined,
  body: undefined,
  requestId: undefined,
  retryAfterMs: undefined,
};

describe("what creates something is sent again", () => {
  test.each<[string, Step, boolean]>([
    ["a refused connection", refused, true],
    ["429", { status: 429 }, true],
    ["503 with Retry-After", busy("0"), true],
    ["503", { status: 503 }, false],
    ["500 with Retry-After", busy("0", 500), false],
    ["a reset", reset, false],
    ["an answer that is no JSON", { body: "<html>" }, false],
  ])("after %s: %s", async (_, step, isRepeated) => {
    const { http, sent } = openHttp([step]);
    const outcome = await http.call(create).catch((failure: unknown) => failure);
    expect([sent.length, outcome instanceof Error]).toEqual(isRepeated ? [2, false] : [1, true]);
  });

  test("under one key, after anything that may pass, where the server honours keys", async () => {
    const { http, sent } = openHttp([announcing("wait,  idempotency"), reset, { status: 500 }]);
    await http.call(read);
    await http.call(create);
    await http.call(create);
    const keys = sent.map(({ headers }) => headers["idempotency-key"]);
    expect(keys[0]).toBeUndefined();
    expect(keys[1]).toMatch(/^[\da-f-]{36}$/);
    expect(keys.slice(1)).toEqual([keys[1], keys[1], keys[1], expect.not.stringMatching(keys[1] ?? "")]);
    expect([...http.extensions]).toEqual(expect.arrayContaining(["wait", "idempotency"]));
  });

  test("under one key, and where the server is gone at last, an earlier attempt may still have happened", async () => {
    const { http, sent } = openHttp([announcing("idempotency"), reset, refused, refused, refused]);
    await http.call(read);
    expect(await failureOf(http.call(create))).toMatchObject({ mayHaveHappened: true, isRetryable: false });
    expect(sent).toHaveLength(5);
  });

  test("a refusal after a connection that never came about is told as the refusal", async () => {
    const { http } = openHttp([refused, { status: 400 }]);
    expect(await failureOf(http.call(create))).toMatchObject({ name: "ApiError", status: 400 });
  });

  test("without a key towards another service, whose announcements count for nothing here", async () => {
    const { http, sent } = openHttp([announcing("idempotency")]);
    const elsewhere = { origin: "http://elsewhere.test" };
    await http.call({ ...read, ...elsewhere });
    expect(http.extensions.size).toBe(0);
    const known = openHttp([announcing("idempotency")]);
    await known.http.call(read);
    await known.http.call({ ...create, ...elsewhere });
    expect(known.sent[1]?.headers).not.toHaveProperty("idempotency-key");
    expect([sent[0]?.url, known.sent[1]?.url]).toEqual([
      "http://elsewhere.test/a",
      "http://elsewhere.test/a",
    ]);
  });

  test("never where a file can be read once only; a warning says so", async () => {
    const onWarning = vi.fn();
    const { http, sent } = openHttp([refused], { hooks: { onWarning } });
    const part = {
      field: "files",
      name: "a.bin",
      type: "text/plain",
      sizeBytes: 1,
      open: () => new Blob(["a"]).stream(),
    };
    const upload = (isRepeatable: boolean) => ({ fields: [], parts: [{ ...part, isRepeatable }] });
    const { json, ...form } = create;
    expect(await failureOf(http.call({ ...form, upload: upload(false) }))).toBeInstanceOf(ConnectionError);
    expect(onWarning.mock.calls).toEqual([
      [
        'POST /a was not sent again: "a.bin" is a stream, which can be read only once. Pass a path or a Blob.',
      ],
    ]);
    expect(sent).toHaveLength(1);
    const again = openHttp([refused]);
    await again.http.call({ ...form, upload: upload(true) });
    expect(again.sent.map(({ body }) => body)).toEqual([upload(true), upload(true)]);
    const unheard = openHttp([refused]);
    expect(await failureOf(unheard.http.call({ ...form, upload: upload(false) }))).toBeInstanceOf(
      ConnectionError,
    );
  });
});

describe("a request", () => {
  test("has its query, its JSON and the headers that go with it", async () => {
    const { http, sent } = openHttp([], { apiToken: "api-123456", defaultHeaders: { "X-A": "1" } });
    await http.call({ ...read, query: { a: "b c", d: 1 }, headers: { "X-B": "2" } });
    await http.call(create);
    expect(sent[0]).toMatchObject({ method: "GET", url: "http://host.test/api/a?a=b+c&d=1" });
    expect(sent[0]).not.toHaveProperty("body");
    expect(sent[0]).not.toHaveProperty("wantsProgress");
    const common = { accept: "application/json", authorization: "api-123456", "x-a": "1" };
    expect(sent[0]?.headers).toEqual({ ...common, "x-b": "2" });
    expect(sent[1]).toMatchObject({ method: "POST", url: "http://host.test/api/a", body: '{"a":1}' });
    expect(sent[1]?.headers).toEqual({ ...common, "content-type": "application/json" });
  });

  test("carries no Authorization without a token, and asks for none where a header has one", async () => {
    const apiToken = vi.fn(() => "");
    const { http, sent } = openHttp([], { apiToken });
    await http.call(read);
    expect(sent[0]?.headers).not.toHaveProperty("authorization");
    await http.call({ ...read, headers: { Authorization: "mine" } });
    expect([sent[1]?.headers.authorization, apiToken.mock.calls.length]).toEqual(["mine", 1]);
  });

  test.each([
    [{ apiToken: "api-1\n" }, "apiToken"],
    [{ defaultHeaders: { "X-A": "a\r\nb" } }, 'header "x-a"'],
  ])("with a header that none can carry is not sent: %j", async (options, path) => {
    const { http, sent } = openHttp([], options);
    expect(await failureOf(http.call(read))).toMatchObject({ name: "InvalidInputError", path });
    expect(sent).toEqual([]);
  });

  test("tells the hooks how it went, also where no answer came", async () => {
    const onResponse = vi.fn();
    const steps: Step[] = [reset, { headers: { "x-request-id": "r-1" } }];
    const { http } = openHttp(steps, { hooks: { onResponse }, retry: { baseMs: 0 } });
    await http.call(read);
    const common = { method: "GET", path: "/a", run: undefined, extensions: new Set(), durationMs: 0 };
    expect(onResponse.mock.calls).toEqual([
      [{ ...common, attempt: 1, status: undefined, requestId: undefined }],
      [{ ...common, attempt: 2, status: 200, requestId: "r-1" }],
    ]);
  });

  test("that fails on this side keeps its own error, also where the runtime has wrapped it", async () => {
    const own = new InvalidInputError("files[0]", "the file shrank.");
    const { http } = openHttp([new TypeError("fetch failed", { cause: own })]);
    expect(await failureOf(http.call(read))).toBe(own);
  });

  test("whose connection breaks names where it went", async () => {
    const { http } = openHttp([reset, reset], { retry: false });
    const elsewhere = await failureOf(http.call({ ...read, origin: "http://elsewhere.test" }));
    expect(String(elsewhere)).toContain(
      "GET http://elsewhere.test/a got no answer: the connection was reset.",
    );
    expect(await failureOf(http.call(create))).toMatchObject({
      message: expect.stringContaining("POST http://host.test/api/a got no answer"),
      mayHaveHappened: true,
      isRetryable: false,
    });
  });
});

describe("an answer that is read as it comes", () => {
  test.each([200, 204, 299])("is given where the status is good: %i", async (status) => {
    const { http, sent } = openHttp([{ status, body: "words" }]);
    const response = await http.open({ ...read, headers: { "x-a": "1" } }, "text/event-stream");
    expect([response.status, await response.text()]).toEqual([status, "words"]);
    expect(sent[0]?.headers).toMatchObject({ accept: "text/event-stream", "x-a": "1" });
  });

  test.each([199, 300, 404])("is one of our errors where it is not: %i", async (status) => {
    const { http } = openHttp([{ status }]);
    expect(await failureOf(http.open(read, "a/b"))).toMatchObject({ name: "ApiError", status });
  });

  test("says in words why it broke off", () => {
    expect(openHttp([]).http.reasonOf(reset)).toBe("the connection was reset");
  });
});

describe("a time limit", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  /** An answer that never comes, but for the signal. */
  const never = ({ signal }: TransportRequest) =>
    new Promise<TransportResponse>((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason)),
    );

  test.each<[Partial<HttpCall>, number]>([
    [{}, 30_000],
    [{ timeoutMs: 50 }, 50],
    [{ timeoutMs: 50, holdMs: 1_000 }, 1_050],
  ])("of one attempt: %j", async (call, timeoutMs) => {
    const { http } = openHttp([never], { retry: false });
    let outcome: unknown;
    void failureOf(http.call({ ...read, ...call })).then((failure) => (outcome = failure));
    await vi.advanceTimersByTimeAsync(timeoutMs - 1);
    expect(outcome).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome).toBeInstanceOf(TimeoutError);
    expect(String(outcome)).toBe(
      `TimeoutError: Timed out after ${timeoutMs} ms, waiting for an answer to GET /a.`,
    );
  });

  test("covers a token function that never answers; nothing can have happened then", async () => {
    const { http, sent } = openHttp([], { apiToken: () => new Promise(() => undefined) });
    const outcome = failureOf(http.call({ ...create, timeoutMs: 5 }));
    await vi.advanceTimersByTimeAsync(5);
    expect(await outcome).toMatchObject({ name: "TimeoutError", mayHaveHappened: false });
    expect(sent).toEqual([]);
  });

  test("begins anew with each byte that leaves, of which the caller hears", async () => {
    const sent: TransportRequest["onBytesSent"][] = [];
    const { http, sent: requests } = openHttp(
      [
        (request) => {
          sent.push(request.onBytesSent);
          return never(request);
        },
      ],
      { retry: false },
    );
    const onBytesSent = vi.fn();
    let outcome: unknown;
    void failureOf(http.call({ ...read, timeoutMs: 50, onBytesSent })).then((failure) => (outcome = failure));
    for (const bytes of [1, 2, 3]) {
      await vi.advanceTimersByTimeAsync(40);
      sent[0]?.(bytes);
    }
    await vi.advanceTimersByTimeAsync(49);
    expect(outcome).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome).toBeInstanceOf(TimeoutError);
    expect(onBytesSent.mock.calls).toEqual([[1], [2], [3]]);
    expect(requests[0]?.wantsProgress).toBe(true);
  });

  test("beyond what a timer can hold is none, and an attempt that is over leaves no timer and no listener", async () => {
    const abort = new AbortController();
    const add = vi.spyOn(abort.signal, "addEventListener");
    const remove = vi.spyOn(abort.signal, "removeEventListener");
    const { http } = openHttp(
      [
        async (request) => {
          expect(vi.getTimerCount()).toBe(0);
          // A transport may count where nobody asked.
          request.onBytesSent?.(1);
          return answerOf({});
        },
      ],
      { retry: false },
    );
    await http.call({ ...read, timeoutMs: 2 ** 31, signal: abort.signal });
    expect(remove.mock.calls.length).toBeGreaterThan(0);
    expect(remove.mock.calls.length).toBeGreaterThanOrEqual(add.mock.calls.length);
    await http.call(read);
  });

  test("and an abort closes the connection with the caller's reason", async () => {
    const abort = new AbortController();
    const { http, sent } = openHttp([never]);
    const outcome = failureOf(http.call({ ...read, signal: abort.signal }));
    await vi.advanceTimersByTimeAsync(1);
    const reason = new Error("enough");
    abort.abort(reason);
    expect(await outcome).toBe(reason);
    expect(sent[0]?.signal.reason).toBe(reason);
  });
});

test("no more answers may be held or streamed than the transport has connections for", async () => {
  const { http } = openHttp([announcing("wait, events")], { heldRequestLimit: 1 });
  expect([http.mayHold("wait"), http.mayHold("events")]).toEqual([false, false]);
  await http.call(read);
  expect([http.mayHold("wait"), http.mayHold("events")]).toEqual([true, true]);
  const release = http.holdConnection();
  expect([http.mayHold("wait"), http.mayHold("events")]).toEqual([false, false]);
  release();
  expect([http.mayHold("wait"), http.mayHold("events")]).toEqual([true, true]);
  const { http: unlimited } = openHttp([announcing("wait")]);
  await unlimited.call(read);
  for (let count = 0; count < 1_000; count += 1) unlimited.holdConnection();
  expect([unlimited.mayHold("wait"), unlimited.mayHold("events")]).toEqual([true, false]);
});

test("what goes on in the background is waited for by those who ask", async () => {
  const { http } = openHttp([]);
  await http.settled();
  const { promise, resolve } = Promise.withResolvers<void>();
  let isSettled = false;
  http.inBackground(promise);
  const settled = http.settled().then(() => (isSettled = true));
  await new Promise((done) => setImmediate(done));
  expect(isSettled).toBe(false);
  resolve();
  await settled;
});

test("trouble that may pass: what an answer or a connection calls so, an answer that is none, and a time limit", () => {
  const connection = { method: "GET", address: "a", reason: "b", mayHaveHappened: false };
  const answer = { ...apiError, field: "", expected: "JSON", seen: "words", status: 200 };
  expect(isTransient(new ApiError({ ...apiError, status: 500 }))).toBe(true);
  expect(isTransient(new ApiError({ ...apiError, status: 400 }))).toBe(false);
  expect(isTransient(new ConnectionError({ ...connection, isRetryable: true }))).toBe(true);
  // Whether a creation may be repeated is for the key and the doubt to say.
  expect(isTransient(new ConnectionError({ ...connection, isRetryable: false }))).toBe(true);
  expect(isTransient(new UnexpectedResponseError(answer))).toBe(true);
  expect(isTransient(new TimeoutError({ awaited: "it", timeoutMs: 1 }))).toBe(true);
  expect(isTransient(new Error("a bug"))).toBe(false);
});
