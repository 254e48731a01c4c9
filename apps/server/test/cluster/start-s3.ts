import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { findRclone } from "@oomol/test-helpers/find-rclone";
import { expect } from "vitest";

/** A real S3-compatible server with one bucket, which checks signatures; the environment names it until the test ends. */
export async function startS3() {
  const folder = await createTemporaryFolder();
  await mkdir(folder.file("connect"));
  const flags = ["--addr", "127.0.0.1:0", "--auth-key", "test-key,test-secret", "--vfs-cache-mode", "off"];
  const server = spawn(findRclone(), ["serve", "s3", folder.path, ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, RCLONE_CONFIG: "/dev/null" },
  });
  const exited = once(server, "exit");
  const env = {
    AWS_ACCESS_KEY_ID: "test-key",
    AWS_SECRET_ACCESS_KEY: "test-secret",
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL_S3: await addressOf(server.stderr),
  };
  const before = { ...process.env };
  Object.assign(process.env, env);
  return {
    address: "s3://connect/some/prefix",
    directory: folder.path,
    env,
    async [Symbol.asyncDispose]() {
      for (const name of Object.keys(env)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
      server.kill();
      await exited;
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Read to the end: the program dies of a closed pipe. */
async function addressOf(stderr: Readable): Promise<string> {
  let said = "";
  stderr.on("data", (chunk: Buffer) => (said += chunk));
  const find = () => /(http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
  await expect.poll(find).toBeDefined();
  const address = find() ?? "";
  // It says so a moment before it does.
  await expect.poll(() => fetch(address).then(({ status }) => status, String)).toBeTypeOf("number");
  return address;
}
