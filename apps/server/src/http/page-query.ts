import type { HonoRequest } from "hono";
import { Refusal } from "../refusal.ts";
import type { StoredStatus } from "../store/tables.ts";
import { finalStatuses, openStatuses } from "../store/task-rows.ts";
import { clampLogId } from "./caller-text.ts";

/** A parameter of a query; given twice, both with a comma between. */
export function parameterOf(request: HonoRequest, name: string): string | undefined {
  return request.queries(name)?.join();
}

/** How many items a page may have. */
export function parseLimit(request: HonoRequest): number | undefined {
  const text = parameterOf(request, "limit");
  if (text === undefined) return undefined;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= greatestLimit) return limit;
  throw new Refusal(400, `"limit" must be a whole number from 1 to ${greatestLimit}, not ${shown(text)}.`);
}

const greatestLimit = 1_000;

/** Where a page begins. */
export function parseBefore(request: HonoRequest): number | undefined {
  const text = parameterOf(request, "before");
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Refusal(400, `"before" must be the "next" of an earlier page, not ${shown(text)}.`);
}

/** The log after which to begin. */
export function parseAfter(request: HonoRequest): number | undefined {
  const text = request.query("after");
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) throw new Refusal(400, `"after" must be the id of a log, not "${text}".`);
  return clampLogId(Number(text));
}

export function parseStatuses(request: HonoRequest): StoredStatus[] | undefined {
  const known = [...openStatuses, ...finalStatuses];
  return parameterOf(request, "status")
    ?.split(",")
    .map((name) => {
      const status = known.find((one) => one === name);
      if (status) return status;
      throw new Refusal(
        400,
        `"status" takes ${known.join(", ")}, several with commas between, not ${shown(name)}.`,
      );
    });
}

const shown = (text: string) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
