import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Logger } from "pino";
import { StorageFailure } from "../files/storage-failure.ts";
import { Refusal } from "../refusal.ts";
import { explainDatabaseTrouble } from "../store/database-trouble.ts";
import { isStorageFailure } from "../store/write-health.ts";
import type { RefusalAnswer } from "./answer-schemas.ts";

/** The body of every answer that is not 2xx. */
function errorAnswer(message: string): RefusalAnswer {
  return { success: false, message, error: { message } };
}

/** Turns what a route threw into an answer; only a {@link Refusal} explains itself to the caller. */
export function createErrorHandler(log: Logger) {
  return (error: Error, context: Context): Response => {
    if (error instanceof Refusal) return refuse(context, error);
    const isUnstored = isStorageFailure(error);
    // Whoever left in the middle of a request hears no answer, and it is no fault of the server's.
    if (context.req.raw.signal.aborted) log.info({ path: context.req.path }, "a client went away");
    else log.error({ error, path: context.req.path }, "a request failed");
    if (isUnstored) return context.json(errorAnswer(diskFull), 507);
    const trouble = explainStorage(error) ?? explainDatabaseTrouble(error);
    if (trouble !== undefined) return refuse(context, passing(trouble));
    return context.json(errorAnswer("The server failed to answer; its log says why."), 500);
  };
}

/** Only operators learn where its files are: from the log. */
const explainStorage = (error: Error) =>
  error instanceof StorageFailure
    ? "The server's file storage does not take or give files at the moment."
    : undefined;

const passing = (trouble: string) => new Refusal(503, `${trouble} Try again.`, { retryAfterSeconds: 5 });

function refuse(context: Context, { status, message, retryAfterSeconds }: Refusal): Response {
  if (retryAfterSeconds !== undefined) context.header("Retry-After", String(retryAfterSeconds));
  // The rest of the request is not waited for.
  if (status === 408 || status === 423) context.header("Connection", "close");
  // Cast: Hono takes the statuses that are registered.
  return context.json(errorAnswer(message), status as ContentfulStatusCode);
}

const diskFull =
  "The server cannot store this: its disk is full, or cannot be written. Try again when there is room.";

export function answerNotFound(context: Context): Response {
  return context.json(errorAnswer(`There is no ${context.req.method} ${context.req.path} here.`), 404);
}
