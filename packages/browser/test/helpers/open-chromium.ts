import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const advice =
  "These tests need Chromium: install it so that `chromium` is on the PATH (Debian: apt-get install chromium).";

const aptGet = "/usr/bin/apt-get";

/** A real Chromium: the system's, or installed where this process may do so. */
export function openChromium(): Promise<Browser> {
  const args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  const quiet = ["--disable-component-update", "--disable-sync", "--no-sandbox"];
  return chromium.launch({ executablePath: findChromium() ?? installChromium(), args: [...args, ...quiet] });
}

function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome"];
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}

function installChromium(): string {
  const mayInstall = process.getuid?.() === 0 && existsSync(aptGet);
  if (!mayInstall) throw new Error(advice);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const run = (...args: string[]) => execFileSync(aptGet, ["-q", ...args], { env, stdio: "ignore" });
  try {
    run("update");
    run("install", "-y", "--no-install-recommends", "chromium");
  } catch (cause) {
    throw new Error(advice, { cause });
  }
  const path = findChromium();
  if (path === undefined) throw new Error(advice);
  return path;
}
