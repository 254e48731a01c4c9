// Prints what each package weighs: its tarball, what is in it, and what it costs a page.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { bundleSize } from "../test/helpers/bundle-size.ts";
import { packPackage } from "../test/helpers/pack-package.ts";
import { publishedPackages, root } from "../test/helpers/published-packages.ts";
import { temporaryDirectory } from "../test/helpers/temporary-directory.ts";

const directory = temporaryDirectory();
try {
  for (const { name, directory: source } of publishedPackages()) {
    const { content } = packPackage(source, directory.path);
    console.log(
      `${name}: tarball ${kilobytes(content.length)}, unpacked ${kilobytes(gunzipSync(content).length)}`,
    );
  }
  for (const name of ["@oomol/connect-core", "@oomol/connect-browser"]) {
    const code = `import { OomolConnectClient } from "${name}"; globalThis.client = new OomolConnectClient();`;
    const { firstLoadGzipBytes, wholeGzipBytes } = await bundleSize(code);
    console.log(
      `${name} in a page: ${kilobytes(firstLoadGzipBytes)} at first, ${kilobytes(wholeGzipBytes)} in all (minified, gzip)`,
    );
  }
  const oneFile = readFileSync(join(root, "packages/browser/dist/oomol-connect.min.js"));
  console.log(`oomol-connect.min.js: ${kilobytes(gzipSync(oneFile, { level: 9 }).length)} (gzip)`);
} finally {
  directory.remove();
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}
