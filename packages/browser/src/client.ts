import { OomolConnectClient as CoreClient } from "@oomol/connect-core";

/**
 * The client for web pages: everything of `@oomol/connect-core`. Its default `baseUrl`, `/api`, is that of the page's own
 * server, so that a proxy there can keep the token out of the page.
 */
export class OomolConnectClient extends CoreClient {}
