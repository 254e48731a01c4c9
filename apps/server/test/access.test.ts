import { request } from "node:http";
import { expect, test } from "vitest";
import { startServer } from "../src/serve/start-server.ts";
import { fixturePackages, openTestServer, refusalOf } from "./open-test-server.ts";

test("asks for one of its tokens, exactly", async () => {
  await using server = await openTestServer({ tokens: ["api-one", "api-two"] });
  const withToken = (token: string) => server.request("/v1/blocks", { headers: { Authorization: token } });
  expect((await withToken("api-one")).status).toBe(200);
  expect((await withToken("api-two")).status).toBe(200);
  expect(await refusalOf(await withToken("Bearer api-one"))).toEqual({
    status: 401,
    message: "This server does not know the token in Authorization.",
  });
  expect(await refusalOf(await server.request("/v1/blocks"))).toEqual({
    status: 401,
    message: "This server needs a token in Authorization.",
  });
});

test("tells anyone that it is well", async () => {
  await using server = await openTestServer({ tokens: ["api-one"] });
  const response = await fetch(new URL("/healthz", server.url));
  expect(await response.json()).toEqual({ status: "ok" });
});

test("listens beyond this machine only with a token", async () => {
  await expect(startServer({ packages: [fixturePackages], host: "0.0.0.0", port: 0 })).rejects.toThrow(
    /needs a token/,
  );
});

test("keeps pages of other origins out, but for those on its list", async () => {
  await using server = await openTestServer({ allowedOrigins: ["https://app.example"] });
  const from = (origin: string, method = "GET") =>
    server.request("/v1/blocks", { method, headers: { Origin: origin } });
  expect((await from("https://evil.example")).status).toBe(403);
  expect((await from(new URL(server.url).origin)).status).toBe(200);
  const allowed = await from("https://app.example");
  expect(allowed.headers.get("Access-Control-Allow-Origin")).toBe("https://app.example");
  expect(allowed.headers.get("Access-Control-Expose-Headers")).toContain("Connect-Extensions");
  expect((await from("https://app.example", "OPTIONS")).status).toBe(204);
});

test("does not answer to a name that was pointed at this machine", async () => {
  await using server = await openTestServer();
  const status = await new Promise((resolve, reject) => {
    request(`${server.url}/v1/blocks`, { headers: { Host: "evil.example" } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
  expect(status).toBe(403);
});
