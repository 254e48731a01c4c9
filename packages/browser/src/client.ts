import {
  type BlockId,
  type ClientOptions,
  OomolConnectClient as CoreClient,
  type CreateTaskRequest as CoreCreateTaskRequest,
  type TaskFiles as CoreTaskFiles,
  createFetchTransport,
} from "@oomol/connect-core";
import { pageClock } from "./page-clock.ts";
import { resolveUploadSource, type UploadSource } from "./upload-source.ts";
import { createXhrTransport } from "./xhr-transport.ts";

/** Core's request, with the file sources of a page. */
export type CreateTaskRequest<Id extends BlockId = BlockId> = CoreCreateTaskRequest<Id, UploadSource>;

/** Core's request, with the file sources of a page. */
export type TaskFiles<Id extends BlockId = BlockId> = CoreTaskFiles<Id, UploadSource>;

const guide = "https://github.com/oomol/oomol-connect-ts/blob/main/docs/guides/web-app.md";

/**
 * The client for web pages: everything of `@oomol/connect-core`, the file sources of a page, upload progress, and waits that
 * poll again when the page comes back. Its default `baseUrl` is `/api` on the page's own server, so that a proxy there can
 * keep the token out of the page. `apiToken` may also be a function that fetches a short-lived token from your own server.
 * A literal token works, with a warning.
 */
export class OomolConnectClient extends CoreClient<UploadSource> {
  /** @throws {@link InvalidInputError} if an option is invalid. */
  constructor(options: ClientOptions = {}) {
    super(
      { ...options, transport: transportOf(options), clock: options.clock ?? pageClock },
      resolveUploadSource,
    );
    if (typeof options.apiToken === "string" && options.apiToken !== "") warnOfToken(options);
  }
}

function transportOf({ transport, fetch }: ClientOptions) {
  return transport ?? (fetch ? createFetchTransport(fetch) : createXhrTransport());
}

function warnOfToken({ hooks }: ClientOptions): void {
  const message = `Everyone who opens this page can read its apiToken. Keep it in a proxy, or make it short-lived: ${guide}`;
  if (hooks?.onWarning) hooks.onWarning(message);
  else console.warn(message);
}
