import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Options } from "tsup";

type EsbuildPlugin = NonNullable<Options["esbuildPlugins"]>[number];

/**
 * Writes the licences of the packages that a bundle holds, which ask that their notices go where their code goes.
 * The path must not contain "license" or "licence": pnpm then leaves the package's own LICENSE out of the tarball.
 */
export function writeThirdPartyNotices(path: string): EsbuildPlugin {
  return {
    name: "third-party-notices",
    setup(build) {
      build.initialOptions.metafile = true;
      build.onEnd(({ metafile }) => {
        const files = Object.keys(metafile?.inputs ?? {});
        const folders = new Set(
          files.flatMap((file) => /.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []),
        );
        const licences = [...folders].sort().map(licenceOf);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(
          path,
          `# Third-party notices\n\nWhat this package bundles of others:\n\n${licences.join("\n")}`,
        );
      });
    },
  };
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`${name} is bundled, but ${folder} holds no licence to hand on.`);
  return `## ${name} - ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}
