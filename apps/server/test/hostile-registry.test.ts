import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { requireOwnSources } from "../src/installs/own-dependencies.ts";
import { openScriptedRegistry } from "./open-scripted-registry.ts";
import { makeDataDirectory, openTestServer, type TestClient } from "./open-test-server.ts";
import { type TarEntry, tarArchive } from "./tar-archive.ts";

type Registry = Awaited<ReturnType<typeof openScriptedRegistry>>;

function packed(name: string, ...entries: TarEntry[]): Buffer {
  const manifest = { name: "package/package.oo.yaml", body: `name: ${name}\nversion: 1.0.0\n` };
  return gzipSync(tarArchive([manifest, ...entries]));
}

const depending = (dependencies: object) => ({
  name: "package/package.json",
  body: JSON.stringify({ name: "bad", version: "1.0.0", dependencies }),
});

const mebibyte = 2 ** 20;

const cases: { name: string; error: RegExp; arrange(own: Registry, other: Registry): void }[] = [
  {
    name: "a description that never ends",
    error: /has more than the 33554432 bytes that are taken of it/,
    arrange(own) {
      own.answer("/bad", (response) => {
        const part = Buffer.alloc(mebibyte, " ");
        const write = () => {
          while (!response.destroyed && response.write(part));
        };
        response.on("drain", write);
        write();
      });
    },
  },
  {
    name: "a description that is none",
    error: /cannot be had from .*: what it says about the package cannot be read/,
    arrange: (own) => own.answer("/bad", (response) => void response.end("[]")),
  },
  ...(
    [
      ["brackets alone", "[".repeat(3 * mebibyte), "it is nested more than 100 levels deep"],
      ["millions of values", `[${"0,".repeat(2_000_000)}0]`, "it has more than 2000000 values"],
      ["half of one", "{", "it is not JSON"],
    ] as const
  ).map(([name, text, reason]) => ({
    name: `a description of ${name}`,
    error: new RegExp(`cannot be had from .*: what it says about the package cannot be read \\(${reason}\\)`),
    arrange: (own: Registry) => own.answer("/bad", (response) => void response.end(text)),
  })),
  ...(
    [
      ["brackets alone", "[".repeat(mebibyte - 1), "it is nested more than 100 levels deep"],
      ["more than a mebibyte", " ".repeat(mebibyte + 1), "it has 1048577 bytes, and may have 1048576"],
      ["half an object", "{", "it is not JSON"],
    ] as const
  ).map(([name, body, reason]) => ({
    name: `a package.json of ${name}`,
    error: new RegExp(`its package.json cannot be used: ${reason}\\.`),
    arrange: (own: Registry) => own.serve("bad", packed("bad", { name: "package/package.json", body })),
  })),
  {
    name: "an archive that never ends",
    error: /has more than the 2097152 bytes that are taken of it/,
    arrange(own) {
      own.serve("bad", packed("bad"));
      own.answer("/bad/archive.tgz", (response) => {
        const part = Buffer.alloc(mebibyte);
        const write = () => {
          while (!response.destroyed && response.write(part));
        };
        response.on("drain", write);
        write();
      });
    },
  },
  {
    name: "an archive that is large once it is unpacked",
    error: /it has more than 2 MiB or 100000 files, which is what an install may take \(--install-limit-mb\)/,
    arrange(own) {
      const body = "0".repeat(mebibyte);
      const names = ["a", "b", "c"].map((name) => ({ name: `package/${name}`, body }));
      own.serve("bad", packed("bad", ...names));
    },
  },
  {
    name: "an archive that it says is elsewhere",
    error: /it names http:\/\/127\.0\.0\.1:\d+ that is not its own, and nothing is fetched from there/,
    arrange: (own, other) => own.serve("bad", packed("bad"), other.url),
  },
  {
    name: "an answer that leads elsewhere",
    error: /it names http:\/\/127\.0\.0\.1:\d+ that is not its own, and nothing is fetched from there/,
    arrange: (own, other) =>
      own.answer("/bad", (response) => void response.writeHead(302, { location: `${other.url}bad` }).end()),
  },
  ...(
    [
      ["an address", "http://127.0.0.1:1/x.tgz"],
      ["a folder", "file:../../etc"],
      ["a path", "../x"],
      ["a repository", "git+ssh://git@host.invalid/x.git"],
      ["a repository by its short name", "github:a/b"],
      ["a repository by its shortest name", "a/b"],
    ] as const
  ).map(([name, wanted]) => ({
    name: `a package that depends on ${name}`,
    error: /it depends on inner from ".*", and only packages of the registry are installed: no addresses/,
    arrange: (own: Registry) => own.serve("bad", packed("bad", depending({ inner: wanted }))),
  })),
  {
    name: "an npm package that it says is elsewhere",
    error: /EALLOWREMOTE|node_modules\/inner is from http/, // npm itself since 11.10
    arrange(own, other) {
      const inner = gzipSync(
        tarArchive([
          { name: "package/package.json", body: JSON.stringify({ name: "inner", version: "1.0.0" }) },
        ]),
      );
      own.serve("inner", inner, other.url);
      other.serve("inner", inner);
      own.serve("bad", packed("bad", depending({ inner: "1.0.0" })));
    },
  },
];

test.each(cases)("refuses $name, says why, and installs the next", async ({ arrange, error }) => {
  await using own = await openScriptedRegistry();
  await using other = await openScriptedRegistry();
  arrange(own, other);
  own.serve("good", packed("good"));
  await using server = await openTestServer({ registry: own.url, installLimitBytes: 2 * mebibyte });
  expect(await endOf(server, await install(server, "bad"))).toMatchObject({
    status: "failed",
    error: expect.stringMatching(error),
  });
  expect(await endOf(server, await install(server, "good"))).toMatchObject({ status: "success" });
  expect(await readdir(join(server.dataDirectory, "packages"))).toEqual(["good-1.0.0"]);
  expect(await readdir(join(server.dataDirectory, "staging"))).toEqual([]);
});

test.each([
  ["its registry", { resolved: "https://npm.example/inner/-/inner-1.0.0.tgz" }, undefined],
  [
    "npm's own, as mirrors call it",
    { resolved: "https://registry.npmjs.org/inner/-/inner-1.0.0.tgz" },
    undefined,
  ],
  ["the package that needs it", { inBundle: true }, undefined],
  [
    "another host",
    { resolved: "http://127.0.0.1/x.tgz" },
    "node_modules/inner is from http://127.0.0.1, and",
  ],
  ["a folder", { resolved: "../../etc", link: true }, "node_modules/inner is from a folder, and"],
  ["a file", { resolved: "file:../x.tgz" }, "node_modules/inner is from file://, and"],
  [
    "a repository",
    { resolved: "git+ssh://git@host.invalid/x.git#1" },
    "node_modules/inner is from git+ssh://host.invalid, and",
  ],
])("judges by npm's own list what npm has installed from %s", async (_where, entry, reason) => {
  await using directory = await makeDataDirectory();
  await mkdir(join(directory.path, "node_modules"));
  const lock = { packages: { "node_modules/inner": { version: "1.0.0", ...entry } } };
  await writeFile(join(directory.path, "node_modules/.package-lock.json"), JSON.stringify(lock));
  const judged = requireOwnSources(directory.path, "https://npm.example/");
  if (reason === undefined) await judged;
  else await expect(judged).rejects.toThrow(reason);
});

test("an install that its registry leaves waiting holds up no other, and is cancelled at once", async () => {
  await using registry = await openScriptedRegistry();
  registry.serve("good", packed("good"));
  await using server = await openTestServer({ registry: registry.url });
  const asked = registry.stall("/slow");
  const slow = await install(server, "slow");
  await asked;
  expect(await endOf(server, await install(server, "good"))).toMatchObject({ status: "success" });
  const waiting = await Promise.all(
    ["slow-2", "slow-3", "slow-4"].map((name) => {
      void registry.stall(`/${name}`);
      return install(server, name);
    }),
  );
  for (const id of [slow, ...waiting.toReversed()]) {
    const { task } = await server.getJson<{ task: object }>(`/packages/install/${id}`, { method: "DELETE" });
    expect(task).toMatchObject({ id, status: "failed", error: "The install was cancelled." });
  }
  const { task } = await server.getJson<{ task: object }>(`/packages/install/${slow}`, { method: "DELETE" });
  expect(task).toMatchObject({ status: "failed" });
  expect((await server.request("/packages/install/none", { method: "DELETE" })).status).toBe(404);
  expect(await readdir(join(server.dataDirectory, "staging"))).toEqual([]);
});

test("an install that takes too long is ended", async () => {
  await using registry = await openScriptedRegistry();
  registry.serve("slow", packed("slow"));
  registry.answer("/slow/archive.tgz", (response) => {
    const timer = setInterval(() => response.write("x"), 20);
    response.once("close", () => clearInterval(timer));
  });
  await using server = await openTestServer({ registry: registry.url, installTimeoutMs: 500 });
  expect(await endOf(server, await install(server, "slow"))).toMatchObject({
    status: "failed",
    error: "slow was not installed: it took longer than the 0.5 seconds that an install may take.",
  });
});

async function install(server: TestClient, name: string): Promise<string> {
  const { taskId } = await server.getJson<{ taskId: string }>("/packages/install", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name, version: "1.0.0" }),
  });
  return taskId;
}

async function endOf(server: TestClient, id: string): Promise<object> {
  const headers = { Prefer: "wait=60" };
  return (await server.getJson<{ task: object }>(`/packages/install/${id}`, { headers })).task;
}
