import { ApiError, UnexpectedResponseError } from "@oomol/connect-core";
import { describe, expect, test, vi } from "vitest";
import { decodeAnswer, parseRetryAfter } from "../src/http/decode-answer.ts";
import type { TransportResponse } from "../src/transport/transport.ts";
import { object, text } from "../src/wire/schema.ts";

const token = "api-canary";
const schema = object({ task: object({ id: text }) });

function decode(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = {
    status,
    header: (name: string) => headers[name],
    text: async () => text,
    stream: () => new Blob([text]).stream(),
  } as TransportResponse;
  return decodeAnswer({ method: "GET", path: "/v1/a", schema }, response, token).catch(
    (failure: unknown) => failure,
  );
}

test.each([200, 299])("an answer with %i is its data, its headers and when to come again", async (status) => {
  const answer = await decode(status, { task: { id: "t", more: 1 } }, { "x-a": "b", "retry-after": "2" });
  expect(answer).toMatchObject({ data: { task: { id: "t", more: 1 } }, retryAfterMs: 2_000 });
  expect((answer as { header(name: string): unknown }).header("x-a")).toBe("b");
});

test.each(["9007199254740993", "1e400"])(
  "a number that a double cannot hold comes as the text that it was: %s",
  async (number) => {
    const answer = await decode(200, `{"task":{"id":"t","more":${number}}}`);
    expect(answer).toMatchObject({ data: { task: { more: number } } });
  },
);

describe("a refusal", () => {
  test.each([199, 300, 500])("is any status outside of 200 to 299: %i", async (status) => {
    expect(await decode(status, { task: { id: "t" } })).toBeInstanceOf(ApiError);
  });

  test("is a good status too, where the body says so", async () => {
    const task = { id: "t" };
    const refusal = await decode(200, { success: false, error: "no room", task });
    expect(refusal).toMatchObject({ name: "ApiError", message: "GET /v1/a was refused: no room" });
    expect(await decode(200, { success: true, task })).toMatchObject({ data: { task } });
  });

  test.each<[body: unknown, sentence: RegExp]>([
    [{ message: "the message" }, /500: the message$/],
    [{ error: "the error", message: "the message" }, /500: the error$/],
    [{ error: { message: "the nested" }, message: "the message" }, /500: the nested$/],
    [{ error: "", message: "the message" }, /500: the message$/],
    [{ error: null, message: "the message" }, /500: the message$/],
    [{ error: 7, message: { a: 1 } }, /500\.$/],
    ['"only words"', /500\.$/],
    [null, /500\.$/],
    [`bad token ${token}`, /500\.$/],
    [{ error: `bad token ${token}` }, /500: bad token \[redacted\]$/],
  ])("says what the server says: %j", async (body, sentence) => {
    const failure = await decode(500, body, { "x-request-id": "r-1" });
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({ requestId: "r-1", message: expect.stringMatching(sentence) });
    expect(JSON.stringify(failure)).not.toContain(token);
  });

  test("keeps the body, the beginning of one that is no JSON", async () => {
    expect(await decode(500, { a: [1] })).toMatchObject({ body: { a: [1] } });
    expect(await decode(500, "x".repeat(3_000))).toMatchObject({ body: "x".repeat(2_000) });
  });
});

describe("what is no answer of a Connect server", () => {
  test.each<[body: unknown, field: string, seen: string]>([
    ["<html>\n\n  <p>\ta gateway</p></html> ", "", "<html> <p> a gateway</p></html>"],
    ["", "", "empty"],
    [" \n ", "", "empty"],
    ["x".repeat(80), "", "x".repeat(80)],
    ["x".repeat(81), "", `"${"x".repeat(80)}…"`],
    [{ task: { id: 7 } }, "task.id", "7"],
    [{ task: {} }, "task.id", "missing"],
    [{}, "task", "missing"],
    [{ task: null }, "task", "null"],
    [[], "", "[]"],
    [`bad token ${token}`, "", "bad token [redacted]"],
  ])("%j", async (body, field, seen) => {
    const failure = await decode(200, body);
    expect(failure).toBeInstanceOf(UnexpectedResponseError);
    expect(failure).toMatchObject({ status: 200, field, seen });
  });

  test("says what was expected", async () => {
    expect(String(await decode(200, "words"))).toContain("the answer should be JSON, but is words.");
    expect(String(await decode(200, { task: { id: 7 } }))).toContain(
      "`task.id` in the answer should be of type string, but is 7.",
    );
  });
});

describe("Retry-After", () => {
  const nowMs = Date.UTC(2026, 0, 1);

  test.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ["", undefined],
    ["soon", undefined],
    ["0", 0],
    ["12", 12_000],
    ["  12  ", 12_000],
    ["1.5", 1_500],
    ["1.25", 1_250],
    ["Thu, 01 Jan 2026 00:00:12 GMT", 12_000],
    ["Wed, 31 Dec 2025 23:00:00 GMT", 0],
  ])("%j", (value, pauseMs) => {
    expect(parseRetryAfter(value, nowMs)).toBe(pauseMs);
  });

  test.each(["12 apples", "1.x", "x12", "12x"])("%j is neither a number nor a date", (value) => {
    expect(parseRetryAfter(value, nowMs)).toBeUndefined();
  });
});

describe("the status of a refusal is the answer, the body what can be read of it", () => {
  const refuse = (status: number, body: ReadableStream<Uint8Array>) => {
    const head = { status, header: () => undefined, stream: () => body } as Partial<TransportResponse>;
    return decodeAnswer({ method: "GET", path: "/v1/a", schema }, head as TransportResponse, undefined).catch(
      (failure: unknown) => failure,
    );
  };
  const begun = (end: (controller: ReadableStreamDefaultController<Uint8Array>) => void) => {
    let isGiven = false;
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        if (isGiven) return end(controller);
        isGiven = true;
        controller.enqueue(new TextEncoder().encode('{"message":'));
      },
    });
  };

  test.each([401, 413, 429, 503])("%i, and the connection breaks", async (status) => {
    const broken = begun((controller) => controller.error(new Error("reset")));
    expect(await refuse(status, broken)).toMatchObject({ name: "ApiError", status, body: '{"message":' });
  });

  test("and nothing more comes", async () => {
    vi.useFakeTimers();
    try {
      const refused = refuse(
        503,
        begun(() => undefined),
      );
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await refused).toMatchObject({ name: "ApiError", status: 503 });
    } finally {
      vi.useRealTimers();
    }
  });

  test("and it is let go of before the refusal is told", async () => {
    let isLeft = false;
    const page = new TextEncoder().encode("a".repeat(2_000_000));
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(page),
      async cancel() {
        await new Promise((resolve) => setImmediate(resolve));
        isLeft = true;
      },
    });
    expect(await refuse(503, endless)).toMatchObject({ status: 503 });
    expect(isLeft).toBe(true);
  });

  test("and it never ends", async () => {
    const page = new TextEncoder().encode("a".repeat(60_000));
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(page) });
    expect(await refuse(502, endless)).toMatchObject({ status: 502, body: "a".repeat(2_000) });
  });
});

test("a number that a double cannot hold is answered as text with its digits", async () => {
  const answer = await decode(200, '{"task":{"id":"t","result":{"id":9007199254740993,"n":12}}}');
  expect(answer).toMatchObject({ data: { task: { result: { id: "9007199254740993", n: 12 } } } });
});
