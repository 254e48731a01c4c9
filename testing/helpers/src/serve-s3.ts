import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { createTemporaryFolder } from "./create-temporary-folder.ts";
import { findRclone } from "./find-rclone.ts";

/** A real server that speaks S3, with one bucket, which checks signatures; gone when it is closed. */
export async function serveS3() {
  const program = findRclone();
  const folder = await createTemporaryFolder();
  await mkdir(folder.file("connect"));
  const flags = ["--addr", "127.0.0.1:0", "--auth-key", "test-key,test-secret", "--vfs-cache-mode", "off"];
  const server = spawn(program, ["serve", "s3", folder.path, ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, RCLONE_CONFIG: "/dev/null" },
  });
  const exited = once(server, "exit");
  let said = "";
  // Read to the end: the program dies of a closed pipe.
  server.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
  const close = async () => {
    server.kill();
    await exited;
    await folder[Symbol.asyncDispose]();
  };
  let origin: string | undefined;
  // It names its address a moment before it answers there.
  while (origin === undefined || !(await answers(origin))) {
    if (server.exitCode !== null) {
      await close();
      throw new Error(`rclone did not start: ${said}`);
    }
    await delay(20);
    origin ??= /(http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
  }
  return {
    address: "s3://connect/some/prefix",
    /** Where the objects of its buckets are, as files. */
    directory: folder.path,
    /** What programs find it by. */
    env: {
      AWS_ACCESS_KEY_ID: "test-key",
      AWS_SECRET_ACCESS_KEY: "test-secret",
      AWS_REGION: "us-east-1",
      AWS_ENDPOINT_URL_S3: origin,
    },
    [Symbol.asyncDispose]: close,
  };
}

async function answers(origin: string): Promise<boolean> {
  try {
    await (await fetch(origin)).body?.cancel();
    return true;
  } catch {
    return false;
  }
}
