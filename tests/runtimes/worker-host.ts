// Runs the suite in workerd, for each request that names the origin.
import { proxyChecks } from "./proxy-suite.ts";
import { clientChecks, runSuite } from "./suite.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const origin = new URL(request.url).searchParams.get("origin") ?? "";
    return Response.json(await runSuite(origin, { ...clientChecks, ...proxyChecks }));
  },
};
