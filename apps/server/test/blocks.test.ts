import { copyFile, cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { fixturePackages, makeDataDirectory, openTestServer } from "./open-test-server.ts";

interface Listing {
  blocks: { package: string; name: string; path: string; [field: string]: unknown }[];
}

test("lists every version of every block, with a path that carries its version", async () => {
  await using server = await openTestServer();
  const { blocks } = await server.getJson<Listing>("/v1/blocks");
  const paths = blocks.map((block) => block.path);
  expect(paths).toContain("/packages/lab-0.1.0/0.1.0/tasks/shout");
  expect(paths).toContain("/packages/lab-0.2.0/0.2.0/blocks/shout");
  expect(JSON.stringify(blocks)).not.toContain(fixturePackages);
});

test("lists inputs and outputs as the manifest declares them, without groups", async () => {
  await using server = await openTestServer();
  const { blocks } = await server.getJson<Listing>("/v1/blocks");
  expect(blocks.find((block) => block.path === "/packages/lab-0.2.0/0.2.0/blocks/shout")).toEqual({
    package: "lab",
    name: "shout",
    path: "/packages/lab-0.2.0/0.2.0/blocks/shout",
    title: "Shout it out",
    description: "Says it louder.",
    inputs: [
      { handle: "text", description: "What to say.", json_schema: { type: "string" } },
      { handle: "mark", json_schema: { type: "string", enum: ["!", "?"] }, value: "!" },
      { handle: "note", json_schema: { type: "string" }, nullable: true },
      {
        handle: "tone",
        json_schema: { type: "integer", enum: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
        nullable: true,
      },
    ],
    outputs: [{ handle: "loud", json_schema: { type: "string" } }, { handle: "inputs" }],
  });
});

test("skips a package with a broken manifest, and logs its file and the reason", async () => {
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
  await using server = await openTestServer({ log });
  const { packages } = await server.getJson<{ packages: unknown[] }>("/packages");
  expect(packages).toEqual([
    { name: "helper", version: "1.0.0" },
    { name: "lab", version: "0.2.0" },
    { name: "lab", version: "0.1.0" },
  ]);
  expect(lines.join("")).toMatch(/skipped the package .*broken.*package\.oo\.yaml: /);
});

test("notices packages that come, change and go while it runs", async () => {
  await using directory = await makeDataDirectory();
  await using server = await openTestServer({ packages: [directory.path] });
  const names = async () => (await server.getJson<Listing>("/v1/blocks")).blocks.map((block) => block.name);
  expect(await names()).toEqual([]);

  const installed = join(directory.path, "lab-0.1.0");
  await cp(join(fixturePackages, "lab-0.1.0"), installed, { recursive: true });
  expect(await names()).toEqual(["old-only", "shout"]);

  await copyFile(
    join(fixturePackages, "lab/tasks/one-file/task.oo.yaml"),
    join(installed, "tasks/shout/task.oo.yaml"),
  );
  const { blocks } = await server.getJson<Listing>("/v1/blocks");
  expect(blocks[1]).toMatchObject({ name: "shout", inputs: [{ handle: "file" }] });

  await rm(installed, { recursive: true });
  expect(await names()).toEqual([]);
});
