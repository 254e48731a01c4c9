// Runs the suite in a page with the client for web pages, against the page's own server.
import { OomolConnectClient } from "@oomol/connect-browser";
import { checksOf, runSuite } from "./suite.ts";

const checks = checksOf(OomolConnectClient as unknown as Parameters<typeof checksOf>[0]);
Object.assign(globalThis, { verdicts: runSuite(location.origin, checks) });
