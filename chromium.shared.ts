import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const advice =
  "These tests need Chromium: install it, so that `chromium` or Google Chrome is found (Debian: apt-get install chromium).";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** Where browsers are on systems that do not put them on the PATH. */
const wellKnown = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** How tests launch a real Chromium: the system's, installed first on a Debian that this process may change. */
export function chromiumLaunchOptions(): { executablePath: string; args: string[] } {
  const quiet = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ];
  // Its sandbox refuses to work for root.
  const isRoot = process.getuid?.() === 0;
  const args = ["--disable-gpu", "--disable-quic", ...quiet, ...(isRoot ? ["--no-sandbox"] : [])];
  return { executablePath: findChromium() ?? installChromium(), args };
}

function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...wellKnown].find((path) => existsSync(path));
}

function installChromium(): string {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw new Error(advice);
  // Several test processes may want it at once; the second finds it installed.
  const install =
    "command -v chromium || (apt-get -q update && apt-get -q install -y --no-install-recommends chromium)";
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    execFileSync("flock", ["/tmp/oomol-connect-chromium.lock", "sh", "-c", install], {
      env,
      stdio: "ignore",
    });
  } catch (cause) {
    throw new Error(advice, { cause });
  }
  const path = findChromium();
  if (path === undefined) throw new Error(advice);
  return path;
}
