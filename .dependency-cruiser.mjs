// Who may call whom (ARCHITECTURE.md). Each rule is an arrow that must not exist.

/** Inside a package, a file may use what stands left of it in this order, never right. */
const order = {
  core: [
    ["errors", "types", "states", "versions", "hooks", "block-registry", "request-options"],
    ["waiting"],
    ["wire"],
    ["input-values"],
    ["transport"],
    ["options"],
    ["http"],
    ["uploads"],
    ["run"],
    ["downloads"],
    ["blocks", "tasks", "packages", "applets", "status", "webhooks", "own-server"],
    ["client"],
    ["index", "adapter", "ai", "traces", "testing"],
  ],
  scriptlet: [
    ["errors"],
    ["wire"],
    ["mainframe", "send-window", "subscriptions", "mqtt"],
    ["mqtt-mainframe", "memory-mainframe"],
    ["outbox"],
    ["frames"],
    ["values", "progress", "previews", "requests"],
    ["context", "define-block"],
    ["executor"],
    ["cli", "index", "testing"],
  ],
  server: [
    [
      "values",
      "utf8",
      "json-text",
      "scan-json",
      "bounded-json",
      "release-memory",
      "write-piece",
      "take-turns",
      "retry",
      "keep-for",
      "answered-within",
      "refusal",
      "metrics",
      "tracing",
    ],
    ["processes"],
    ["packages"],
    ["inputs"],
    ["broker"],
    ["files", "store"],
    ["engine"],
    ["tasks", "installs"],
    ["status"],
    ["webhooks", "uploads"],
    ["http", "cluster"],
    ["serve"],
    ["cli"],
  ],
};

const layer = (name, parts) => `^(?:packages|apps)/${name}/src/(${parts.join("|")})([./-]|$)`;

const insideRules = Object.entries(order).flatMap(([name, layers]) =>
  layers.slice(0, -1).map((parts, position) => ({
    name: `${name}-${parts[0]}-uses-only-what-stands-left`,
    severity: "error",
    from: { path: layer(name, parts) },
    to: { path: layer(name, layers.slice(position + 1).flat()) },
  })),
);

/** A library that exactly one file may import, so that it can be exchanged there. */
const onlyIn = (library, file) => ({
  name: `${library}-only-in-its-file`,
  severity: "error",
  from: { path: "^(packages|apps)/[^/]+/src/", pathNot: file },
  to: { path: `(^|/)node_modules/${library}/`, dependencyTypesNot: ["type-only"] },
});

export default {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      comment: "A cycle hides which file is the lower one.",
      from: {},
      to: { circular: true },
    },
    {
      name: "core-imports-no-package",
      severity: "error",
      from: { path: "^packages/core/src", pathNot: "^packages/core/src/ai[./]" },
      to: { path: "^(packages/(?!core/)|apps/)" },
    },
    {
      name: "core-ai-is-built-with-private-packages-only",
      severity: "error",
      from: { path: "^packages/core/src/ai[./]" },
      to: { path: "^(packages/(?!(core|schemas|shared)/)|apps/)" },
    },
    {
      name: "scriptlet-stands-alone",
      severity: "error",
      from: { path: "^packages/scriptlet/src" },
      to: { path: "^(packages/(?!(scriptlet|shared)/)|apps/)" },
    },
    {
      name: "shared-imports-no-package",
      severity: "error",
      from: { path: "^packages/shared/src" },
      to: { path: "^(packages/(?!shared/)|apps/)" },
    },
    {
      name: "adapters-never-import-each-other",
      severity: "error",
      from: { path: "^packages/(node|browser)/src" },
      to: { path: "^(packages/(?!$1/|core/)|apps/)" },
    },
    {
      name: "apps-are-never-imported",
      severity: "error",
      from: { path: "^(packages|apps)/([^/]+)/" },
      to: { path: "^apps/(?!$2/)" },
    },
    {
      name: "siblings-through-their-doors",
      severity: "error",
      comment: "A package is used through its exports map, never by reaching into its files.",
      from: { path: "^(?:packages|apps)/([^/]+)/" },
      to: { path: "^packages/(?!$1/)", dependencyTypes: ["local"] },
    },
    {
      name: "no-node-builtins-in-core-or-browser",
      severity: "error",
      from: { path: "^packages/(core|browser)/src" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "sources-never-import-tests",
      severity: "error",
      from: { path: "^(packages|apps)/[^/]+/src/" },
      to: { path: "^((packages|apps)/[^/]+/test|testing|tooling)/" },
    },
    ...insideRules,
    onlyIn("mqtt", "^$"),
    onlyIn(
      "undici",
      "^(packages/node/src/(undici-transport|connections)|apps/server/src/(installs/fetch-registry|webhooks/post-webhook))\\.ts$",
    ),
    onlyIn("ai", "^packages/core/src/ai/block-tool\\.ts$"),
    onlyIn("zod", "^apps/server/src/"),
    onlyIn("aedes", "^apps/server/src/broker/mqtt-door\\.ts$"),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|node_modules/\\.cache)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tooling/tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@oomol/source", "import", "node", "default"],
      extensions: [".ts", ".js", ".mjs", ".json"],
    },
  },
};
