import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cliFile, fixturesDirectory, runProgram } from "./helpers/run-program.ts";
import { startTestServer } from "./helpers/start-test-server.ts";

test("run shows what a block puts out while it still runs, cut and without what moves the cursor", async () => {
  await using server = await startTestServer(["--packages", fixturesDirectory]);
  const until = join(server.directory, "end");
  let seen = "";
  const flags = ["--base-url", server.baseUrl, "--input", `until=${until}`];
  const { code, stdout, stderr } = await runProgram(cliFile, ["run", "look::stream", ...flags], {
    onStart: (child) =>
      child.stderr?.on("data", (chunk: Buffer) => {
        seen += chunk.toString();
        // The block ends only after its outputs have been shown.
        if (seen.includes('→ word: "long ')) void writeFile(until, "");
      }),
  });
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { last: "three" }]);
  const shown = stderr.split("\n").filter((line) => line.startsWith("→"));
  expect(shown).toEqual(['→ word: "one"', `→ word: "${"long ".repeat(40).slice(0, 199)}…`]);
});
