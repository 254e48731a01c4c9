import { createServer } from "node:http";
import { expect, test } from "vitest";
import { openSession } from "./helpers/open-session.ts";

/** Follows the Fusion SDK for Python, `FusionClient(token=…, base_url=…).tasks.run(…)`: submit, poll the result, return it. */
const block = `import { setTimeout as delay } from "node:timers/promises";
  export default async ({ prompt }, context) => {
    const token = await context.oomolToken();
    const call = async (method, path, body) => {
      const url = new URL(path, context.fusionApiUrl.endsWith("/") ? context.fusionApiUrl : context.fusionApiUrl + "/");
      const headers = { authorization: "Bearer " + token, "content-type": "application/json" };
      const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
      return { status: response.status, body: await response.json() };
    };
    const { body: { sessionID } } = await call("POST", "v1/fal-nano-banana/submit", { prompt });
    for (;;) {
      const { status, body } = await call("GET", "v1/fal-nano-banana/result/" + sessionID);
      if (status === 200) return { value: body.data };
      await context.reportProgress(body.progress);
      await delay(1);
    }
  };`;

async function openFusion(token: string) {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const call = `${request.method} ${request.url}`;
    calls.push(call);
    const send = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    request.resume().once("end", () => {
      if (request.headers.authorization !== `Bearer ${token}`) send(401, { error: "unauthorized" });
      else if (call.startsWith("POST")) send(200, { success: true, sessionID: "session-1" });
      else if (calls.length < 4) send(202, { success: true, state: "processing", progress: 40 });
      else send(200, { success: true, state: "completed", data: { image: "data:image/png;base64,AA==" } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/fusion`,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("a block submits to Fusion, polls and gets the result, with the engine's token and address", async () => {
  await using fusion = await openFusion("canary-token");
  const env = { OOMOL_TOKEN: "canary-token", OOMOL_FUSION_API_URL: fusion.url };
  await using session = await openSession({ "main.mjs": block }, { env });
  const { finish } = await session.engine.run({
    dir: session.workspace.path,
    entry: "main.mjs",
    inputs: { prompt: "a cat" },
    outputs: ["value"],
  });
  expect(finish.error).toBeUndefined();
  expect(finish.result).toEqual({ value: { image: "data:image/png;base64,AA==" } });
  expect(fusion.calls).toEqual([
    "POST /fusion/v1/fal-nano-banana/submit",
    "GET /fusion/v1/fal-nano-banana/result/session-1",
    "GET /fusion/v1/fal-nano-banana/result/session-1",
    "GET /fusion/v1/fal-nano-banana/result/session-1",
  ]);
  expect(JSON.stringify(session.engine.heard)).not.toContain("canary-token");
  expect(session.executor.stdout + session.executor.stderr).not.toContain("canary-token");
});
