import { extensionNames, extensionsHeader } from "@oomol/connect-core/wire";
import { Refusal } from "./refusal.ts";

/** The headers that every answer passes on. Never a cookie, nor anything about the connection to the server. */
const passed = ["preference-applied", "x-request-id"];
/** Further headers of an answer with a file's bytes. */
const passedWithFiles = ["accept-ranges", "content-range", "etag", "last-modified"];

/**
 * The proxy deletes and cancels no tasks, tells no operator's secrets and has nothing sent to addresses that a page chooses, so that an
 * app that allows its pages everything so far allows no more than that. An upload is a task's file that comes before its task.
 */
const notPassed: readonly string[] = ["delete", "status", "webhooks"];

/** The headers of the server's answer that callers may see. */
export function answerHeaders(response: Response): Headers {
  const headers = picked(response, passed);
  const announced = response.headers.get(extensionsHeader)?.split(/[\s,]+/) ?? [];
  const known = extensionNames.filter((name) => announced.includes(name) && !notPassed.includes(name));
  if (known.length > 0) headers.set(extensionsHeader, known.join(", "));
  return headers;
}

/** @throws {Refusal} if the server's answer has another type: a gateway's page must not become a page of the app. */
export function requireType(response: Response, expected: string): void {
  const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type === expected) return;
  void response.body?.cancel().catch(() => undefined);
  throw new Refusal(502, `The Connect server's answer is not of type ${expected}.`);
}

/** An answer whose bytes are passed on as they arrive. */
export function passStream(response: Response, type: string, signal: AbortSignal): Response {
  requireType(response, type);
  const headers = answerHeaders(response);
  headers.set("content-type", `${type}; charset=utf-8`);
  // Compression on the way would delay events.
  headers.set("cache-control", "no-store, no-transform");
  return new Response(endingWith(signal, response.body), { status: response.status, headers });
}

/** Types that a browser shows without executing anything in them. */
const harmlessTypes =
  /^(audio|video)\/[\w.+-]+$|^image\/(?!svg)[\w.-]+$|^text\/(plain|csv|markdown)$|^application\/(json|octet-stream)$/;

/**
 * A file of a task, whole or in part. It has the app's own origin, so anything that a browser would execute is downloaded
 * instead of shown; if it is shown after all, it has no origin, scripts or network.
 */
export function passFile(response: Response, signal: AbortSignal): Response {
  const headers = answerHeaders(response);
  for (const [name, value] of picked(response, passedWithFiles)) headers.set(name, value);
  const length = response.headers.get("content-length");
  // The body that fetch has decompressed is longer than announced.
  if (length !== null && !response.headers.has("content-encoding")) headers.set("content-length", length);
  const type = response.headers.get("content-type") ?? "application/octet-stream";
  headers.set("content-type", type);
  headers.set("cache-control", "private, no-cache");
  headers.set("content-security-policy", "sandbox; default-src 'none'");
  if (!harmlessTypes.test(type.split(";")[0]?.trim().toLowerCase() ?? ""))
    headers.set("content-disposition", "attachment");
  const body = response.status === 304 ? null : endingWith(signal, response.body);
  return new Response(body, { status: response.status, headers });
}

/** Ends with the request, without a failure: servers would report one, although nobody reads the answer any more. */
function endingWith(
  signal: AbortSignal,
  body: ReadableStream<Uint8Array> | null,
): ReadableStream<Uint8Array> | null {
  if (!body) return null;
  const reader = body.getReader();
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    try {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    } catch (failure) {
      if (!signal.aborted) throw failure;
      controller.close();
    }
  };
  return new ReadableStream({ pull, cancel: (reason) => reader.cancel(reason) }, { highWaterMark: 0 });
}

function picked(response: Response, names: readonly string[]): Headers {
  const headers = new Headers();
  for (const name of names) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}
