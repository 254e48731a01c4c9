// Runs the suite in workerd, for each request that names the origin.
import { runSuite } from "./suite.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await runSuite(new URL(request.url).searchParams.get("origin") ?? ""));
  },
};
