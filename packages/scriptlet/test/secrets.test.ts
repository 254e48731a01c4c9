import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSession } from "./helpers/open-session.ts";
import { createWorkspace } from "./helpers/workspace.ts";

const canary = "canary,that,sings-8f3a1c";
const reference = "$" + "{{OO_SECRET:custom,mine,KEY}}";
const secretSchema = { type: "string", contentMediaType: "oomol/secret" };

test("a secret stands in no message, no log and no file, whatever happens to the block", async () => {
  const entry = { secretName: "mine", secretType: "custom", secrets: [{ secretKey: "KEY", value: canary }] };
  await using home = await createWorkspace({
    "app-config/oomol-secrets/secrets.json": JSON.stringify({ mine: entry }),
  });
  await using session = await openSession(
    {
      // It gets the secret, keeps it to itself, and fails.
      "use.mjs": `export default (inputs) => {
        if (inputs.plain.length !== ${canary.length} || inputs.deep.list[0] !== inputs.plain) throw new Error("not resolved");
        if (inputs.patched.key !== inputs.plain) throw new Error("not patched");
        null.used;
      };`,
      "throw.mjs": `export default () => { throw undefined; };`,
      "bin.mjs": `export default () => ({ bytes: "no bytes" });`,
    },
    { env: { HOME: home.path, OOMOL_TOKEN: canary } },
  );
  const { engine, workspace, executor } = session;
  const inputs = {
    plain: reference,
    bare: "custom,mine,KEY",
    deep: { list: [reference] },
    patched: { key: "custom,mine,KEY" },
    absent: "other,mine,ABSENT",
  };
  const job = {
    dir: workspace.path,
    inputs,
    inputsDef: {
      plain: { handle: "plain", json_schema: secretSchema },
      bare: { handle: "bare", json_schema: secretSchema },
      absent: { handle: "absent", json_schema: secretSchema },
    },
    patch: { patched: [{ path: "key", schema: { contentMediaType: "oomol/secret" } }] },
    outputs: { bytes: { handle: "bytes", json_schema: { contentMediaType: "oomol/bin" } } },
  };
  const used = await engine.run({ ...job, entry: "use.mjs" });
  expect(used.finish.error).toContain("Cannot read properties of null");
  await engine.run({ ...job, entry: "throw.mjs" });
  await engine.run({ ...job, entry: "bin.mjs" });
  await engine.run({ ...job, entry: "absent.mjs" });
  await engine.finishSession();
  await executor.exited;

  expect(engine.heard.filter(({ type }) => type === "BlockWarning")).not.toHaveLength(0);
  expect(JSON.stringify(engine.heard)).not.toContain(canary);
  expect(executor.stdout + executor.stderr).not.toContain(canary);
  for (const file of await readdir(workspace.path, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const text = await readFile(join(file.parentPath, file.name), "latin1");
    expect(text.includes(canary), `${file.name} holds the secret`).toBe(false);
  }
});
