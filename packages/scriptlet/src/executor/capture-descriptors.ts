import childProcess from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { type CaptureOptions, logChunk, takesFrom } from "./capture-output.ts";
import { jobScope } from "./job-scope.ts";
import { createOutputFiles, type OutputFiles } from "./output-files.ts";

type AnyFunction = (...args: never[]) => unknown;

/**
 * Catches what a block writes past `process.stdout` and `process.stderr`: what it writes to their file descriptors, or
 * to `/dev/stdout` and `/dev/stderr`, becomes its log, as if it had used the streams. A child that shares them (`stdio:
 * "inherit"`) writes to where this process was started from; `fence` is called whenever one may begin or has ended, so that
 * whoever reads there knows what came before. Call it before anything of a block is loaded.
 */
export function captureDescriptors(fence: () => void = () => {}, options: CaptureOptions = {}): void {
  captureWrites(createOutputFiles(), options);
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

function captureWrites(files: OutputFiles, options: CaptureOptions): void {
  /** How many bytes were written, if a block has written them to a stream of its process. */
  const take = (target: unknown, chunk: unknown, rest: unknown[]): number | undefined => {
    const stdio = files.streamOf(target);
    const scope = stdio && jobScope.getStore();
    if (stdio === undefined || !takesFrom(scope, options)) return undefined;
    const written = writtenPart(chunk, rest);
    if (written !== undefined) logChunk(scope, stdio, written, []);
    return written?.byteLength;
  };

  for (const name of ["writeSync", "writevSync", "writeFileSync", "appendFileSync"] as const) {
    replace(fs, name, (original) => (target: unknown, chunk: unknown, ...rest: unknown[]) => {
      const bytes = take(target, chunk, rest);
      if (bytes === undefined) return original(target, chunk, ...rest);
      return name === "writeSync" || name === "writevSync" ? bytes : undefined;
    });
  }
  for (const name of ["write", "writev", "writeFile", "appendFile"] as const) {
    replace(fs, name, (original) => (target: unknown, chunk: unknown, ...rest: unknown[]) => {
      const callback = rest.at(-1);
      const bytes = typeof callback === "function" ? take(target, chunk, rest) : undefined;
      if (bytes === undefined) return original(target, chunk, ...rest);
      const results = name.endsWith("File") ? [] : [bytes, chunk];
      process.nextTick(callback as (error: null, ...results: unknown[]) => void, null, ...results);
      return undefined;
    });
  }
  for (const name of ["writeFile", "appendFile"] as const) {
    replace(fs.promises, name, (original) => async (target: unknown, chunk: unknown, ...rest: unknown[]) => {
      if (take(target, chunk, rest) === undefined) await original(target, chunk, ...rest);
    });
  }
  replace(fs, "openSync", (original) => (path: unknown, ...rest: unknown[]) => {
    const descriptor = original(path, ...rest);
    files.opened(descriptor, path);
    return descriptor;
  });
  replace(fs, "open", (original) => (path: unknown, ...rest: unknown[]) => {
    const callback = rest.at(-1) as (error: unknown, descriptor: unknown) => void;
    if (files.streamOf(path) === undefined || typeof callback !== "function") return original(path, ...rest);
    const opened = (error: unknown, descriptor: unknown) => {
      files.opened(descriptor, path);
      callback(error, descriptor);
    };
    return original(path, ...rest.slice(0, -1), opened);
  });
  for (const name of ["closeSync", "close"] as const) {
    replace(fs, name, (original) => (descriptor: unknown, ...rest: unknown[]) => {
      files.closed(descriptor);
      return original(descriptor, ...rest);
    });
  }
}

/**
 * Of a text in an encoding, of bytes with an offset and a length, each of which may be missing, or of a list of bytes; as
 * `fs.write`, `fs.writeFile` and `fs.writev` take them.
 */
function writtenPart(chunk: unknown, [first, second]: unknown[]): Uint8Array | undefined {
  const named = typeof first === "object" && first !== null ? (first as WriteOptions) : {};
  if (typeof chunk === "string") {
    const encodings = [first, second, named.encoding];
    const encoding = encodings.find((one) => typeof one === "string" && Buffer.isEncoding(one));
    return Buffer.from(chunk, encoding as BufferEncoding | undefined);
  }
  if (Array.isArray(chunk))
    return chunk.every(ArrayBuffer.isView) ? Buffer.concat(chunk.map(bytesOf)) : undefined;
  if (!ArrayBuffer.isView(chunk)) return undefined;
  const bytes = bytesOf(chunk);
  const offset = typeof first === "number" ? first : (named.offset ?? 0);
  const length = typeof first === "number" && typeof second === "number" ? second : named.length;
  return bytes.subarray(offset, length === undefined ? undefined : offset + length);
}

interface WriteOptions {
  offset?: number;
  length?: number;
  encoding?: unknown;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
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
