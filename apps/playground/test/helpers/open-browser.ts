import { execSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const launchArguments = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Debian's own Chromium, installed first where this machine is a Debian that we may change. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium() ?? installChromium();
  return chromium.launch({ executablePath, args: launchArguments });
}

function findChromium(): string | undefined {
  const directories = (process.env.PATH ?? "").split(delimiter);
  return directories.map((directory) => join(directory, "chromium")).find((file) => existsSync(file));
}

const installCommand = "apt-get -y install chromium";

function installChromium(): string {
  const isOurDebian = process.getuid?.() === 0 && existsSync("/etc/debian_version");
  if (isOurDebian) execSync(installCommand, { stdio: "ignore" });
  const found = findChromium();
  if (found === undefined) throw new Error(`These tests need Chromium: ${installCommand}`);
  return found;
}
