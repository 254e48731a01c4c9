import type { Http } from "../http/http.ts";
import type { HttpCall } from "../http/http-call.ts";
import { type DataOf, logsAnswerSchema } from "../wire/index.ts";

/** A request for logs, but for its query. */
export type LogsCall = Omit<HttpCall, "method" | "schema" | "isIdempotent" | "query">;

/** The most logs of a page; servers end one earlier if its logs are large. */
const largestPage = 500;

/** The next logs after an id, in an answer of bounded size if the server has pages; otherwise all of them. */
export async function callForLogs(
  http: Http,
  call: LogsCall,
  afterId: number | undefined,
): Promise<DataOf<typeof logsAnswerSchema>> {
  const { extensions } = http;
  const query: Record<string, number> = {};
  if (extensions.has("after")) {
    if (afterId !== undefined) query.after = afterId;
    if (extensions.has("pages")) query.limit = largestPage;
  }
  const { data } = await http.call({
    ...call,
    query,
    method: "GET",
    schema: logsAnswerSchema,
    isIdempotent: true,
  });
  // An empty page leads nowhere.
  return data.logs.length > 0 ? data : { ...data, next: undefined };
}
