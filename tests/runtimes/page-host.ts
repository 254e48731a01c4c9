// Runs the suite in a page, against the page's own server.
import { runSuite } from "./suite.ts";

Object.assign(globalThis, { verdicts: runSuite(location.origin) });
