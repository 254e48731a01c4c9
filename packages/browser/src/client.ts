import {
  type ClientOptions,
  OomolConnectClient as CoreClient,
  createFetchTransport,
} from "@oomol/connect-core";
import { pageClock } from "./page-clock.ts";
import { resolveUploadSource, type UploadSource } from "./upload-source.ts";
import { createXhrTransport } from "./xhr-transport.ts";

const guide = "https://github.com/oomol/oomol-connect-ts/blob/main/docs/guides/web-app.md";

/**
 * The client for web pages: everything of `@oomol/connect-core`, files as pages have them, upload progress, and waits that
 * look again when the page comes back. Its default `baseUrl`, `/api`, is that of the page's own server, so that a proxy
 * there can keep the token out of the page; or let `apiToken` be a function that asks one's own server for a short-lived
 * token. A literal token works, and is warned of.
 */
export class OomolConnectClient extends CoreClient<UploadSource> {
  /** @throws {@link InvalidInputError} where an option cannot work. */
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
  const message = `Everyone who opens this page can read its apiToken. Let a proxy keep it, or make it short-lived: ${guide}`;
  if (hooks?.onWarning) hooks.onWarning(message);
  else console.warn(message);
}
