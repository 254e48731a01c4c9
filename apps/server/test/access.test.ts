import { request } from "node:http";
import { expect, test } from "vitest";
import { startServer } from "../src/serve/start-server.ts";
import { fixturePackages, openTestServer, refusalOf } from "./open-test-server.ts";

test("asks for one of its tokens, as it is or behind Bearer", async () => {
  await using server = await openTestServer({ tokens: ["api-one", "api-two"] });
  const withToken = (token: string) => server.request("/v1/blocks", { headers: { Authorization: token } });
  expect((await withToken("api-one")).status).toBe(200);
  expect((await withToken("api-two")).status).toBe(200);
  expect((await withToken("Bearer api-one")).status).toBe(200);
  expect((await withToken("bearer  api-two")).status).toBe(200);
  for (const wrong of [
    "api-on",
    "Bearer api-on",
    "Bearer ",
    "Bearer",
    "Basic api-one",
    "Bearer Bearer api-one",
  ])
    expect((await withToken(wrong)).status).toBe(401);
  expect(await refusalOf(await withToken("api-three"))).toEqual({
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

test.each([
  // Who asks, and for what, on a server without a token.
  ["a program", {}, "/api/v1/blocks", 200],
  ["the playground", { "Sec-Fetch-Site": "same-origin" }, "/api/v1/blocks", 200],
  ["a person who typed the address", { "Sec-Fetch-Site": "none" }, "/api/v1/tasks", 200],
  ["a page of another site", { "Sec-Fetch-Site": "cross-site" }, "/api/v1/tasks", 403],
  ["a page of another site", { "Sec-Fetch-Site": "cross-site" }, "/api/v1/tasks/x?wait", 403],
  ["a page of another site", { "Sec-Fetch-Site": "cross-site" }, "/metrics", 403],
  [
    "a page of another site",
    { "Sec-Fetch-Site": "cross-site", Referer: "https://evil.example/" },
    "/api/packages",
    403,
  ],
  ["another server's page on this machine", { "Sec-Fetch-Site": "same-site" }, "/api/v1/tasks", 403],
  [
    "a page on the list",
    { "Sec-Fetch-Site": "cross-site", Referer: "https://app.example/a" },
    "/api/v1/tasks",
    200,
  ],
  [
    "a page on the list",
    { "Sec-Fetch-Site": "cross-site", Origin: "https://app.example" },
    "/api/v1/tasks",
    200,
  ],
  [
    "a page that a task made, for its parts",
    { "Sec-Fetch-Site": "cross-site" },
    "/api/v1/tasks/x/files/a.png",
    404,
  ],
  ["a link on another site", { "Sec-Fetch-Site": "cross-site" }, "/healthz", 200],
])("without a token, %s (%j) that asks for %s is answered with %i", async (_who, headers, path, status) => {
  await using server = await openTestServer({ allowedOrigins: ["https://app.example"] });
  expect(await statusOf(server.url, path, headers)).toBe(status);
});

test("with a token, a page of another site is asked for one", async () => {
  await using server = await openTestServer({ tokens: ["api-one"] });
  const headers = { "Sec-Fetch-Site": "cross-site" };
  expect(await statusOf(server.url, "/api/v1/tasks", headers)).toBe(401);
  expect(await statusOf(server.url, "/api/v1/tasks", { ...headers, Authorization: "api-one" })).toBe(200);
});

/** `fetch` would set some of these headers itself. */
async function statusOf(url: string, path: string, headers: Record<string, string | undefined>) {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined);
  return new Promise<number | undefined>((resolve, reject) => {
    request(
      new URL(path, url),
      { headers: Object.fromEntries(given) as Record<string, string> },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    )
      .on("error", reject)
      .end();
  });
}
