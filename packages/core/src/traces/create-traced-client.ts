import { type Tracer, trace } from "@opentelemetry/api";
import type { ClientHooks } from "../hooks.ts";
import type { ClientOptions } from "../options.ts";
import { createRequestSpans, type RequestSpans } from "./request-spans.ts";
import { traceRuns } from "./run-spans.ts";
import type { TracedClient } from "./traced-client.ts";

/** Options of {@link createTracedClient}. */
export interface TraceOptions {
  /** Makes the spans; by default the SDK that is registered, at whatever time. */
  tracer?: Tracer;
  /**
   * Whether requests get spans and tell the server of their trace. False if an instrumentation of `fetch` or undici does that for
   * every request of the program; runs have spans nevertheless. Default true.
   */
  requests?: boolean;
}

/**
 * A client whose runs, requests, retries and waits are spans of OpenTelemetry, below the span that is active when they are asked for.
 * A server with the extension `traces` goes on with the trace.
 *
 * @example
 * import { OomolConnectClient } from "@oomol/connect-node";
 * const client = createTracedClient(OomolConnectClient, { baseUrl: "http://localhost:3000/api" });
 * @throws What the constructor of the client throws.
 */
export function createTracedClient<Options extends ClientOptions, Client extends TracedClient>(
  Client: new (options: Options) => Client,
  options: Options,
  { tracer = trace.getTracer("@oomol/connect-core"), requests = true }: TraceOptions = {},
): Client {
  const spans = createRequestSpans(tracer, options);
  const hooks = requests ? chain(spans.hooks, options.hooks ?? {}) : options.hooks;
  const client = new Client({ ...options, ...(hooks && { hooks }) });
  traceRuns(client, tracer, requests ? spans : undefined);
  return client;
}

/** The caller's own are called, too; what headers they give win. */
function chain(spans: RequestSpans["hooks"], own: ClientHooks): ClientHooks {
  return {
    ...own,
    onRequest: (request) => ({ ...spans.onRequest(request), ...own.onRequest?.(request) }),
    onResponse(response) {
      spans.onResponse(response);
      own.onResponse?.(response);
    },
  };
}
