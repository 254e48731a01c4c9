import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { openSessionFile } from "../src/files/open-session-file.ts";
import { isPackageName, isVersionSpec } from "../src/installs/package-spec.ts";
import { readPackage } from "../src/packages/read-package.ts";
import { makeDataDirectory } from "./open-test-server.ts";

// Bounded and seeded: what failed once fails again.
const settings = { seed: 20_261_122, numRuns: 1_000 };

const nasty = fc.constantFrom(
  "..",
  ".",
  "/",
  "\\",
  "\0",
  "C:",
  "a",
  " ",
  "é",
  "…",
  "\ud800",
  "%2e",
  ".txt",
  "CON",
  "~",
);
const name = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.array(nasty, { maxLength: 8 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", minLength: 100, maxLength: 400 }),
);

test("session files: no path opens anything but the files below", async () => {
  await using data = await makeDataDirectory();
  const inside = join(data.path, "session");
  await mkdir(join(inside, "sub"), { recursive: true });
  await writeFile(join(inside, "sub", "a.txt"), "inside");
  await writeFile(join(data.path, "secret.txt"), "outside");
  const segment = fc.oneof(
    fc.constantFrom(
      "..",
      ".",
      "",
      "sub",
      "a.txt",
      "secret.txt",
      "%2e%2e",
      "..%2f",
      "%5c..",
      "%00",
      "%",
      "%ff",
      "..\\",
    ),
    fc.string(),
  );
  let opened = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { maxLength: 5 }), async (segments) => {
      const file = await openSessionFile(inside, segments.join("/"));
      if (!file) return;
      opened += 1;
      const text = await new Response(await file.read(0, Math.max(file.sizeBytes - 1, 0))).text();
      await file.close();
      expect(text).toBe("inside");
    }),
    { ...settings, examples: [[["sub", "a.txt"]], [["..", "secret.txt"]], [["%2e%2e", "secret.txt"]]] },
  );
  expect(opened).toBeGreaterThan(0);
});

test("package names: what passes for one stays within the folder of packages", () => {
  const close = fc.array(fc.constantFrom("@", "/", "..", ".", "a", "-", "_", "~", "\\", "%", " "), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        name,
        close.map((parts) => parts.join("")),
      ),
      name,
      (given, version) => {
        if (!isPackageName(given)) return;
        const [scope, own = scope] = given.split("/");
        const folder = resolve("/packages", `${given}-1.0.0`);
        expect(folder.startsWith(`/packages${sep}`)).toBe(true);
        expect(basename(folder)).toBe(`${own}-1.0.0`);
        if (isVersionSpec(version)) expect(version).not.toMatch(/[/\\]|^\.\.?$|:/);
      },
    ),
    settings,
  );
});

const manifestKeys = {
  "package.oo.yaml": ["name", "version", "dependencies"],
  "tasks/one/task.oo.yaml": [
    ...["executor", "name", "options", "entry", "inputs_def", "outputs_def"],
    ...["handle", "json_schema", "additional_inputs"],
  ],
  "flows/one/flow.oo.yaml": [
    ...["nodes", "node_id", "task", "subflow", "service", "slot", "values", "inputs_def", "inputs_from"],
    ...["handle", "from_node", "from_flow", "value", "ignore"],
  ],
};

test.each(Object.entries(manifestKeys))(
  "manifests: whatever stands in %s, the package is read, or refused by an error that names the file",
  async (path, keys) => {
    await using data = await makeDataDirectory();
    const file = join(data.path, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(join(data.path, "package.oo.yaml"), "name: fuzz\nversion: 1.0.0\n");
    const { shape } = fc.letrec((tie) => ({
      shape: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom(null, "nodejs", "main.ts", "", 1, true),
        fc.array(tie("shape"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie("shape"), { maxKeys: 4 }),
      ),
    }));
    const node = fc.record({ node_id: fc.constant("one"), task: shape, inputs_from: shape });
    const likely = fc.record({
      executor: fc.record({ name: fc.constant("nodejs") }),
      inputs_def: shape,
      nodes: fc.array(node, { maxLength: 2 }),
    });
    const texts = fc.oneof(
      fc.string(),
      shape.map((value) => stringify(value)),
      likely.map((value) => stringify(value)),
    );
    let read = 0;
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        await writeFile(file, text);
        const outcome = await readPackage(data.path).catch((failure: unknown) => failure);
        if (outcome instanceof Error) expect(outcome.message.startsWith(`${file}: `)).toBe(true);
        else read += 1;
      }),
      { ...settings, numRuns: 400 },
    );
    expect(read).toBeGreaterThan(0);
  },
);
