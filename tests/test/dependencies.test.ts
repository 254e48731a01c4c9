import { join } from "node:path";
import { expect, test } from "vitest";
import { type ProductionDependency, productionDependencies } from "./helpers/production-dependencies.ts";
import { root } from "./helpers/published-packages.ts";

// Whoever adds or updates one confirms what changes: `npx vitest run dependencies -u` in `tests` writes the page anew.
test("docs/dependencies.md lists what published packages depend on, with licences and install scripts", async () => {
  await expect(describeDependencies(productionDependencies())).toMatchFileSnapshot(
    join(root, "docs/dependencies.md"),
  );
});

test("control: a package that would run something, or has another licence, changes the page", () => {
  const one = { name: "one", versions: ["1.0.0"], licence: "MIT", installScripts: [], isOfPlatform: false };
  const page = describeDependencies([one]);
  const changes = [{ installScripts: ["postinstall: x"] }, { licence: "ISC" }, { versions: ["1.0.1"] }];
  for (const change of changes) expect(describeDependencies([{ ...one, ...change }])).not.toBe(page);
});

function describeDependencies(listed: readonly ProductionDependency[]): string {
  const everywhere = listed.filter(({ isOfPlatform }) => !isOfPlatform);
  const cells = everywhere.map(({ name, versions, licence, installScripts }) => [
    ...[name, versions.join(", "), licence],
    installScripts.map((script) => `\`${script}\``).join(", "),
  ]);
  const head = ["package", "version", "licence", "runs when it is installed"];
  const widths = head.map((_, column) =>
    Math.max(...[head, ...cells].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  const table = [line(head), rule, ...cells.map(line)].join("\n");
  return `${intro.replace("COUNT", String(everywhere.length))}\n${table}\n`;
}

const intro = `# Dependencies

The COUNT packages of others that the published packages need to run, directly or not, with the licence and the install scripts that each
manifest names. Scripts run when npm installs a package, unless \`--ignore-scripts\` says otherwise. What is there on machines of one
kind alone, such as the programs of esbuild, is left out.

\`tests/test/dependencies.test.ts\` writes this page and fails if it has changed. Read what is new, and confirm it: \`npx vitest run dependencies -u\` in
\`tests\`.
`;
