import { setTimeout as delay } from "node:timers/promises";
import { type GateMode, openGate } from "@oomol/fault-proxy";
import { AsyncDisposableStack } from "@oomol/test-helpers/async-disposable-stack";
import { serveS3 } from "@oomol/test-helpers/serve-s3";

/** Object storage behind a gate. */
export interface FailingStorage extends AsyncDisposable {
  address: string;
  /** What programs find it by. */
  env: Record<string, string>;
  /** Mute, or answering with a status, for a while; one such time after the other, while other things happen. */
  fail(mode: GateMode, durationMs: number): void;
  /** Resolves when it works again. */
  settle(): Promise<void>;
}

/** Opens a real one, which is empty. */
export async function openFailingStorage(): Promise<FailingStorage> {
  await using stack = new AsyncDisposableStack();
  const s3 = stack.use(await serveS3());
  const gate = stack.use(await openGate(s3.env.AWS_ENDPOINT_URL_S3));
  const opened = stack.move();
  let failing = Promise.resolve();
  return {
    address: s3.address,
    env: { ...s3.env, AWS_ENDPOINT_URL_S3: gate.origin },
    fail(mode, durationMs) {
      failing = failing.then(async () => {
        gate.set(mode);
        await delay(durationMs);
        gate.set("pass");
      });
    },
    settle: () => failing,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
