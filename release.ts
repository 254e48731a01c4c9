// Publishes what the changesets name: `pnpm release`. With `--dry-run` it builds, shows what would go out, and publishes nothing.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { "dry-run": { type: "boolean", default: false } } });

if (values["dry-run"]) {
  run("turbo", ["run", "build", "--output-logs=errors-only"]);
  run("changeset", ["status", "--verbose"]);
  // A provenance statement is signed by the forge that publishes, so not here.
  const publish = ["--recursive", "publish", "--dry-run", "--no-git-checks", "--access", "public"];
  run("pnpm", publish, { npm_config_provenance: "false" });
} else {
  run("turbo", ["run", "build", "test", "check"]);
  run("changeset", ["publish"]);
}

/** Runs a step in sight of the caller; where it fails, nothing follows. */
function run(command: string, args: string[], environment: Record<string, string> = {}): void {
  const isWindows = process.platform === "win32";
  const env = { ...process.env, ...environment };
  const { status, error } = spawnSync(command, args, { stdio: "inherit", env, shell: isWindows });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
