import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import type { Measurement } from "../../../bench/helpers/measure.ts";

const resolveDir = fileURLToPath(new URL("..", import.meta.url));
const clients: readonly [name: string, code: string][] = ["core", "browser"].map((name) => [
  `@oomol/connect-${name}`,
  `import { OomolConnectClient } from "@oomol/connect-${name}"; globalThis.client = new OomolConnectClient();`,
]);

/** What a page loads at first of the client, by the modules that it comes from; minified and compressed as one file. */
export async function measure(): Promise<Measurement> {
  const rows: (string | number)[][] = [];
  for (const [client, code] of clients) rows.push(...(await rowsOf(client, code)));
  return {
    title: "What a page loads",
    note: "Bytes of the client's first load by the folder or module of its sources, as esbuild's metafile counts them; of the compressed whole, each has the share that it has of the minified one. What is loaded on demand is not in it. `tests/test/size.test.ts` bounds what is published.",
    columns: ["client", "part", "minified, bytes", "compressed, bytes"],
    rows,
  };
}

async function rowsOf(client: string, code: string): Promise<(string | number)[][]> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir },
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    format: "esm",
    platform: "browser",
    conditions: ["@oomol/source"],
    outdir: "out",
    logLevel: "error",
    plugins: [firstLoadOnly],
  });
  const contents = outputFiles[0]?.contents ?? new Uint8Array();
  const wholeBytes = gzipSync(contents, { level: 9 }).length;
  const parts = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const part = partOf(file);
      parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
    }
  }
  const sorted = [...parts].filter(([, bytes]) => bytes > 0).sort(([, one], [, other]) => other - one);
  const share = wholeBytes / contents.length;
  return [
    [client, "all", contents.length, wholeBytes],
    ...sorted.map(([part, bytes]) => ["", part, bytes, Math.round(bytes * share)]),
  ];
}

const firstLoadOnly: Plugin = {
  name: "first-load-only",
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, external: true } : undefined,
    ),
};

/** `core/http` of `../core/src/http/path.ts`. */
function partOf(file: string): string {
  const [, name, path = ""] = /([^/]+)\/src\/(.*)$/.exec(file) ?? [];
  return name === undefined ? file : `${name}/${path.includes("/") ? path.replace(/\/.*/, "") : path}`;
}
