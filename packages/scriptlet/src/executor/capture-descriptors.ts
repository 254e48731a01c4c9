import childProcess from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { logChunk } from "./capture-output.ts";
import { jobScope } from "./job-scope.ts";

type AnyFunction = (...args: never[]) => unknown;

/**
 * Catches what a block writes past `process.stdout` and `process.stderr`: what it writes to their file descriptors becomes its log, as
 * if it had used the streams. A child that shares them (`stdio: "inherit"`) writes to where this process was started from;
 * `fence` is called whenever one may begin or has ended, so that whoever reads there knows what came before.
 * Call it before anything of a block is loaded.
 */
export function captureDescriptors(fence: () => void = () => {}): void {
  for (const name of ["writeSync", "writeFileSync", "appendFileSync"] as const) {
    replace(fs, name, (original) => (target: unknown, chunk: unknown, ...rest: unknown[]) => {
      const bytes = asBlockOutput(target, chunk, rest);
      if (bytes === undefined) return original(target, chunk, ...rest);
      return name === "writeSync" ? bytes : undefined;
    });
  }
  replace(fs, "write", (original) => (target: unknown, chunk: unknown, ...rest: unknown[]) => {
    const bytes = asBlockOutput(target, chunk, rest);
    if (bytes === undefined) return original(target, chunk, ...rest);
    const callback = rest.at(-1) as (error: null, bytes: number, chunk: unknown) => void;
    process.nextTick(callback, null, bytes, chunk);
    return undefined;
  });
  for (const name of ["spawnSync", "execSync", "execFileSync"] as const) {
    replace(childProcess, name, (original) => (...args: unknown[]) => {
      if (!args.some(sharesOutput)) return original(...args);
      fence();
      try {
        return original(...args);
      } finally {
        fence();
      }
    });
  }
  const children = childProcess.ChildProcess.prototype as unknown as Record<"spawn", AnyFunction>;
  replace(
    children,
    "spawn",
    (original) =>
      function (this: childProcess.ChildProcess, options: unknown) {
        if (!sharesOutput(options)) return original.call(this, options);
        fence();
        // Before the listeners of the block.
        this.prependOnceListener("exit", fence);
        return original.call(this, options);
      },
  );
  syncBuiltinESMExports();
}

/** The bytes that were written, if a running block has written them to a stream of its process. */
function asBlockOutput(target: unknown, chunk: unknown, rest: unknown[]): number | undefined {
  if (target !== 1 && target !== 2) return undefined;
  const scope = jobScope.getStore();
  if (scope === undefined || scope.channel.isFinished) return undefined;
  const written = writtenPart(chunk, rest);
  if (written === undefined) return undefined;
  logChunk(scope, target === 1 ? "stdout" : "stderr", written, []);
  return written.byteLength;
}

/** Of a text in an encoding, or of bytes with an offset and a length, each of which may be missing; as `fs.write` takes them. */
function writtenPart(chunk: unknown, [first, second]: unknown[]): Uint8Array | undefined {
  if (typeof chunk === "string") {
    const encoding = [first, second].find((one) => typeof one === "string" && Buffer.isEncoding(one));
    return Buffer.from(chunk, encoding as BufferEncoding | undefined);
  }
  if (!ArrayBuffer.isView(chunk)) return undefined;
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const named =
    typeof first === "object" && first !== null ? (first as { offset?: number; length?: number }) : {};
  const offset = typeof first === "number" ? first : (named.offset ?? 0);
  const length = typeof first === "number" && typeof second === "number" ? second : named.length;
  return bytes.subarray(offset, length === undefined ? undefined : offset + length);
}

/** Whether a child started with these options writes to what this process writes to. */
function sharesOutput(options: unknown): boolean {
  if (typeof options !== "object" || options === null || !("stdio" in options)) return false;
  const { stdio } = options;
  return (Array.isArray(stdio) ? stdio : [stdio]).some(
    (one) => one === "inherit" || one === 1 || one === 2 || one === process.stdout || one === process.stderr,
  );
}

/** Keeps the name and what else hangs on the function, such as what `promisify` looks for. */
function replace<Name extends string>(
  holder: Record<Name, AnyFunction> | object,
  name: Name,
  make: (original: (...args: unknown[]) => unknown) => (...args: never[]) => unknown,
): void {
  const holding = holder as Record<Name, (...args: unknown[]) => unknown>;
  const original = holding[name];
  const replacement = make(original) as (...args: unknown[]) => unknown;
  holding[name] = Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original));
}
