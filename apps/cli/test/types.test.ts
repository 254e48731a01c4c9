import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runProgram } from "./helpers/run-program.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

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
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  expect(await runProgram(compiler, ["-p", directory])).toEqual({ code: 0, stdout: "", stderr: "" });
});
