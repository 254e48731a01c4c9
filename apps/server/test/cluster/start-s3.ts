import { serveS3 } from "@oomol/test-helpers/serve-s3";

/** An S3-compatible server, which the environment of this process names until the test ends. */
export async function startS3() {
  const s3 = await serveS3();
  const before = { ...process.env };
  Object.assign(process.env, s3.env);
  return {
    ...s3,
    async [Symbol.asyncDispose]() {
      for (const name of Object.keys(s3.env)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
      await s3[Symbol.asyncDispose]();
    },
  };
}
