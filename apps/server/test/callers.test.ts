import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { readTokens } from "../src/cli/read-tokens.ts";
import type { KnownToken } from "../src/http/callers.ts";
import { startServer } from "../src/serve/start-server.ts";
import { describeBothServers } from "./both-servers.ts";
import {
  fixturePackages,
  idOf,
  makeDataDirectory,
  openTestServer,
  refusalOf,
  type TestClient,
} from "./open-test-server.ts";

const tokens: KnownToken[] = [
  { name: "ann", token: "ann-old", roles: ["run"] },
  { name: "ann", token: "ann-new", roles: ["run"] },
  { name: "bob", token: "bob-1", roles: ["run"] },
  { name: "ops", token: "ops-1", roles: ["admin"] },
  { name: "shop", token: "shop-1", roles: ["install"] },
  { name: "watch", token: "watch-1", roles: [] },
  "bare",
];

/** What one caller asks of a server. */
const as = (server: TestClient, Authorization: string) => ({
  get: (path: string) => server.request(path, { headers: { Authorization } }),
  post: (path: string, body: unknown = {}) =>
    server.request(path, {
      method: "POST",
      headers: { Authorization, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
  run: (headers: Record<string, string> = {}, manifest = "lab::make-files", inputs: object = oneFile) =>
    server.create(manifest, { ...inputs }, { Authorization, ...headers }),
  async listIds() {
    const response = await server.request("/v1/tasks", { headers: { Authorization } });
    return ((await response.json()) as { tasks: { id: string }[] }).tasks.map(({ id }) => id);
  },
});

const oneFile = { files: { "a.txt": "secret" } };

describeBothServers(({ open }) => {
  test("a task is there for its caller, by any of its tokens, for admins and unnamed tokens, and for nobody else", async () => {
    await using server = await open({ tokens });
    const id = await idOf(await as(server, "ann-old").run());
    const ended = await server.request(`/v1/tasks/${id}`, {
      headers: { Authorization: "ann-new", Prefer: "wait=60" },
    });
    expect(await ended.json()).toMatchObject({ task: { status: "completed" } });
    const asked: [string, (caller: ReturnType<typeof as>, id: string) => Promise<Response>][] = [
      ["the task", (caller, one) => caller.get(`/v1/tasks/${one}`)],
      ["its logs", (caller, one) => caller.get(`/v1/tasks/${one}/logs`)],
      ["a file of it", (caller, one) => caller.get(`/v1/tasks/${one}/files/a.txt`)],
      ["its end", (caller, one) => caller.post(`/v1/tasks/${one}/stop`)],
    ];
    for (const [what, ask] of asked) {
      for (const token of ["ann-old", "ann-new", "ops-1", "bare"]) {
        expect([what, token, (await ask(as(server, token), id)).status]).toEqual([what, token, 200]);
      }
      for (const token of ["bob-1", "shop-1", "watch-1"]) {
        const refusal = await refusalOf(await ask(as(server, token), id));
        expect([what, token, refusal]).toEqual([
          what,
          token,
          { status: 404, message: `There is no task "${id}".` },
        ]);
      }
    }
    // A task that nobody made is answered the same.
    const nobodys = "00000000-0000-4000-8000-000000000000";
    expect(await refusalOf(await as(server, "bob-1").get(`/v1/tasks/${nobodys}`))).toEqual({
      status: 404,
      message: `There is no task "${nobodys}".`,
    });
    const stream = await server.request(`/v1/tasks/${id}`, {
      headers: { Authorization: "bob-1", Accept: "text/event-stream" },
    });
    expect(stream.status).toBe(404);
  });

  test("a list holds the caller's own tasks, and all for those who may see them", async () => {
    await using server = await open({ tokens });
    const anns = [
      await idOf(await as(server, "ann-old").run()),
      await idOf(await as(server, "ann-new").run()),
    ];
    const bobs = await idOf(await as(server, "bob-1").run());
    const bares = await idOf(await as(server, "bare").run());
    const all = [...anns, bobs, bares].reverse();
    const expected = { "ann-old": anns.toReversed(), "bob-1": [bobs], "shop-1": [], "ops-1": all, bare: all };
    for (const [token, ids] of Object.entries(expected)) {
      expect([token, await as(server, token).listIds()]).toEqual([token, ids]);
    }
  });

  test("a caller does not stop another one's task", async () => {
    await using server = await open({ tokens });
    const id = await idOf(await as(server, "ann-old").run({}, "lab::hang", {}));
    expect((await as(server, "bob-1").post(`/v1/tasks/${id}/stop`)).status).toBe(404);
    const { task } = (await (await as(server, "ann-old").get(`/v1/tasks/${id}`)).json()) as {
      task: { status: string };
    };
    expect(task.status).toMatch(/pending|running/);
    const stopped = await as(server, "ann-new").post(`/v1/tasks/${id}/stop`);
    expect(await stopped.json()).toMatchObject({ task: { status: "stopped" } });
  });

  test("one idempotency key of two callers is two tasks, of two tokens of one caller one", async () => {
    await using server = await open({ tokens });
    const ids: Record<string, string> = {};
    for (const token of ["ann-old", "ann-new", "bob-1", "bare", "ops-1"]) {
      ids[token] = await idOf(await as(server, token).run({ "Idempotency-Key": "bob-1 once" }));
    }
    expect(ids["ann-new"]).toBe(ids["ann-old"]);
    expect(new Set(Object.values(ids)).size).toBe(4);
    // Nor does a key that looks like another caller's stand for his.
    const forged = await idOf(await as(server, "bob-1").run({ "Idempotency-Key": "name:ann once" }));
    expect(Object.values(ids)).not.toContain(forged);
  });

  test("what a role does not allow is refused with what it would need", async () => {
    await using server = await open({ tokens });
    const wanted = { name: "" }; // refused for that, if it comes so far
    const runs = (caller: ReturnType<typeof as>) => caller.run();
    const installs = (caller: ReturnType<typeof as>) => caller.post("/packages/install", wanted);
    const lists = (caller: ReturnType<typeof as>) => caller.get("/packages/install");
    const table = [
      ["ann-old", runs, 200, ""],
      [
        "ann-old",
        installs,
        403,
        'The token of "ann" may not install packages: that needs the role install, and it has run.',
      ],
      [
        "ann-old",
        lists,
        403,
        'The token of "ann" may not install packages: that needs the role install, and it has run.',
      ],
      ["shop-1", installs, 400, /^An install names a package/],
      ["shop-1", lists, 200, ""],
      [
        "shop-1",
        runs,
        403,
        'The token of "shop" may not run tasks: that needs the role run, and it has install.',
      ],
      [
        "watch-1",
        runs,
        403,
        'The token of "watch" may not run tasks: that needs the role run, and it has none.',
      ],
      ["ops-1", runs, 200, ""],
      ["ops-1", installs, 400, /^An install names a package/],
      ["bare", runs, 200, ""],
      ["bare", installs, 400, /^An install names a package/],
      ["nobody", runs, 401, "This server does not know the token in Authorization."],
    ] as const;
    for (const [token, ask, status, message] of table) {
      const response = await ask(as(server, token));
      expect([token, ask.name, response.status]).toEqual([token, ask.name, status]);
      if (message !== "") expect((await refusalOf(response)).message).toMatch(message);
    }
    for (const token of ["ann-old", "shop-1", "watch-1"]) {
      expect((await as(server, token).get("/v1/blocks")).status).toBe(200);
    }
  });
});

test("a caller keeps its tasks when its token is replaced, over a restart", async () => {
  await using data = await makeDataDirectory();
  const first = await openTestServer({ dataDirectory: data.path, tokens });
  const id = await idOf(await as(first, "ann-old").run());
  await first[Symbol.asyncDispose]();
  const replaced: KnownToken[] = [
    { name: "ann", token: "ann-2027", roles: ["run"] },
    { name: "bob", token: "ann-old", roles: ["run"] },
  ];
  await using second = await openTestServer({ dataDirectory: data.path, tokens: replaced });
  expect((await as(second, "ann-2027").get(`/v1/tasks/${id}`)).status).toBe(200);
  expect((await as(second, "ann-old").get(`/v1/tasks/${id}`)).status).toBe(404);
});

test("the tokens of one caller share its limit of requests", async () => {
  await using server = await openTestServer({ requestsPerMinute: 2, tokens });
  const statuses = [];
  for (const token of ["ann-old", "ann-new", "ann-old", "ann-new", "bob-1"]) {
    statuses.push((await as(server, token).get("/packages")).status);
  }
  expect(statuses).toEqual([200, 200, 429, 429, 200]);
});

describe("a token file", () => {
  const read = async (text: string) => {
    const folder = mkdtempSync(join(tmpdir(), "tokens-"));
    try {
      writeFileSync(join(folder, "tokens"), text);
      vi.stubEnv("OOMOL_CONNECT_SERVER_TOKENS", "");
      return readTokens(join(folder, "tokens"));
    } finally {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true });
    }
  };

  test.each([
    ["\ufeff# a comment\napi-one\r\n\n  # a comment\n  api two  \n", ["api-one", "api two"]],
    ['{ name: ci, token: "s3, }", roles: [run] }', [{ name: "ci", token: "s3, }", roles: ["run"] }]],
    [
      '{"name":"ci","token":"s","roles":["run","install"]}',
      [{ name: "ci", token: "s", roles: ["run", "install"] }],
    ],
    ["{ name: 7, token: 0123, roles: [] }", [{ name: "7", token: "0123", roles: [] }]],
    ["api\n{ name: a, token: yes, roles: [admin] }", ["api", { name: "a", token: "yes", roles: ["admin"] }]],
  ])("reads %j", async (text, expected) => {
    expect(await read(text)).toEqual(expected);
  });

  test.each([
    ["{ name: ci, token: s3cret", /tokens:1 is neither JSON nor YAML: write \{ name: NAME/],
    ["\n{ name: ci, roles: [run], tokn: s3cret }", /tokens:2 has wrong or missing token and fields/],
    ["{ name: ci, token: s3cret, roles: run }", /tokens:1 has wrong or missing roles/],
    ["{ name: ci, token: s3cret, roles: [root] }", /tokens:1 has wrong or missing roles/],
    ["{ name: ci, token: [s3cret], roles: [run] }", /tokens:1 has wrong or missing token/],
    ["{ <<: *s3cret, name: ci }", /tokens:1 is neither JSON nor YAML/],
    ["api\n- { name: ci, token: s3cret, roles: [run] }", /tokens:2 begins with "- ": write it alone, or \{/],
    ["Bearer s3cret", /tokens:1 begins with "Bearer ": write it alone, or \{/],
    ["[s3cret, other]", /tokens:1 begins with "\[": write it alone, or \{/],
  ])("refuses %j with its place, and without the token", async (text, message) => {
    const failure = await read(text).catch((error: Error) => error);
    expect(String(failure)).toMatch(message);
    expect(String(failure)).not.toContain("s3cret");
  });
});

test.each<[string, KnownToken[], RegExp]>([
  ["an empty token", [{ name: "a", token: " ", roles: [] }], /^A token must not be empty\.$/],
  [
    "a name with a space",
    [{ name: "a b", token: "s3cret", roles: [] }],
    /^The name of a token has 1 to 64 .*not "a b"/,
  ],
  [
    "one token of two callers",
    [
      { name: "a", token: "s3cret", roles: [] },
      { name: "b", token: "s3cret", roles: [] },
    ],
    /^The same token is given to "a" \(\) and to "b" \(\)/,
  ],
  [
    "one token with and without a name",
    ["s3cret", { name: "b", token: "s3cret", roles: ["run"] }],
    /^The same token is given without a name and to "b" \(run\)/,
  ],
])("a server does not start with %s", async (_name, given, message) => {
  const starting = startServer({ packages: [fixturePackages], port: 0, tokens: given });
  const failure = await starting.then(
    () => new Error("it started"),
    (error: Error) => error,
  );
  expect(failure.message).toMatch(message);
  expect(failure.message).not.toContain("s3cret");
});
