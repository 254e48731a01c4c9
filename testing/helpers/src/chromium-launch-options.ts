import { findOrInstall } from "./find-or-install.ts";

const chromium = {
  // The shell first: it draws pages and no window around them, which is much less work.
  names: ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"],
  wellKnown: [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  ],
  debianPackage: "chromium-headless-shell",
  advice:
    "These tests need Chromium: install it, so that `chromium` or Google Chrome is found (Debian: apt-get install chromium-headless-shell).",
};

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
  return { executablePath: findOrInstall(chromium), args };
}
