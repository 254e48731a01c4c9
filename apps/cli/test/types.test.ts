import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "./helpers/run-program.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
let server: TestServer;
let directory: string;

beforeAll(async () => {
  server = await startTestServer();
  // Inside the workspace, where the client's own types are found.
  directory = await mkdtemp(join(dirname(fileURLToPath(import.meta.url)), "types-"));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
  await server[Symbol.asyncDispose]();
});

test("the types of a server's blocks compile, and check calls of run", async () => {
  expect(await server.cli("types", "--out", join(directory, "blocks.ts"))).toMatchObject({
    code: 0,
    stdout: "",
  });
  await writeFile(
    join(directory, "use.ts"),
    `import type {} from "./blocks.ts";
import type { OomolConnectClient } from "@oomol/connect-node";

declare const client: OomolConnectClient;
const { result } = await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: "Hi" } });
export const address: string = result.audio_address;
// @ts-expect-error a number is no text
await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: 5 } });
// @ts-expect-error the text is missing
await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: {} });
// @ts-expect-error there is no such output
result.nothing_of_the_kind;
await client.tasks.runWithFiles("pkg::file-processor", { input1: "value" }, "a.txt");
`,
  );
  const config = { extends: "../../tsconfig.json", compilerOptions: { types: ["node"] }, include: ["*.ts"] };
  await writeFile(join(directory, "tsconfig.json"), JSON.stringify(config));
  expect(await runProgram(compiler, ["-p", directory])).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("a strict registry refuses the id of a block that the server does not have", async () => {
  const strict = join(directory, "strict");
  await mkdir(strict);
  expect(await server.cli("types", "--strict", "--out", join(strict, "blocks.ts"))).toMatchObject({
    code: 0,
  });
  await writeFile(
    join(strict, "use.ts"),
    `import type {} from "./blocks.ts";
import type { OomolConnectClient } from "@oomol/connect-node";

declare const client: OomolConnectClient;
await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: "Hi" } });
// @ts-expect-error mistyped
await client.tasks.run({ blockId: "audio-lab::text-to-adio", inputValues: { text: "Hi" } });
// @ts-expect-error mistyped
await client.tasks.runWithFiles("pkg::file-procesor", {}, "a.txt");
`,
  );
  const config = {
    extends: "../../../tsconfig.json",
    compilerOptions: { types: ["node"] },
    include: ["*.ts"],
  };
  await writeFile(join(strict, "tsconfig.json"), JSON.stringify(config));
  expect(await runProgram(compiler, ["-p", strict])).toEqual({ code: 0, stdout: "", stderr: "" });
});

describe("where pnpm lets only one package be imported, the types are for it", () => {
  test.each(["node", "browser"])("@oomol/connect-%s", async (client) => {
    await using project = await makeProject([client]);
    expect(await server.cli("types", "--out", join(project.directory, "blocks.d.ts"))).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining("no client is installed"),
    });
    await writeFile(
      join(project.directory, "use.ts"),
      `import type { OomolConnectClient } from "@oomol/connect-${client}";

declare const client: OomolConnectClient;
await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: "Hi" } });
// @ts-expect-error a number is no text
await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: 5 } });
`,
    );
    expect(await runProgram(compiler, ["-p", project.directory])).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  test("and where there is none, that is said", async () => {
    await using project = await makeProject([]);
    const written = await server.cli("types", "--out", join(project.directory, "blocks.d.ts"));
    expect(written).toMatchObject({ code: 0 });
    expect(written.stderr).toContain(`no client is installed for ${project.directory}`);
  });
});

/** A project outside of the workspace with these clients, linked as pnpm does: what they depend on lies out of its sight. */
async function makeProject(clients: string[]): Promise<AsyncDisposable & { directory: string }> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "types-")));
  const installed = join(directory, "node_modules/@oomol");
  await mkdir(installed, { recursive: true });
  for (const client of clients)
    await symlink(join(root, "packages", client), join(installed, `connect-${client}`));
  const compilerOptions = {
    types: ["node"],
    typeRoots: [join(root, "apps/cli/node_modules/@types")],
    lib: ["esnext", "dom", "dom.iterable"],
  };
  const config = { extends: join(root, "apps/cli/tsconfig.json"), compilerOptions, include: ["*.ts"] };
  await writeFile(join(directory, "package.json"), '{ "type": "module" }');
  await writeFile(join(directory, "tsconfig.json"), JSON.stringify(config));
  return {
    directory,
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true });
    },
  };
}
