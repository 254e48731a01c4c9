import type { Http } from "../http/http.ts";
import type { TaskLog } from "../types.ts";
import { callForLogs, type LogsCall } from "./log-page.ts";

/** All logs so far, page by page if the server is known to have pages. */
export async function readLogs(
  http: Http,
  call: LogsCall,
): Promise<{ logs: TaskLog[]; success?: boolean | undefined }> {
  const { next, ...first } = await callForLogs(http, call, undefined);
  for (let after = next; after !== undefined; ) {
    const page = await callForLogs(http, call, after);
    for (const log of page.logs) first.logs.push(log);
    after = page.next;
  }
  return first;
}
