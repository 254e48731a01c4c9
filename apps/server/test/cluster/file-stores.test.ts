import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { FileStore } from "../../src/files/file-store.ts";
import { createLocalFiles } from "../../src/files/local-files.ts";
import { openFiles } from "../../src/files/open-files.ts";
import { referTo } from "../../src/files/upload-references.ts";
import { JsonText } from "../../src/json-text.ts";
import { makeDataDirectory } from "../open-test-server.ts";
import { startS3 } from "./start-s3.ts";

interface Stores extends AsyncDisposable {
  /** Of the process that receives uploads and answers for files. */
  near: FileStore;
  /** Of the process that runs the task, on another machine where that can be. */
  far: FileStore;
  farDirectory: string;
}

async function openBoth(address: (folder: string) => string, closing?: AsyncDisposable): Promise<Stores> {
  const data = await makeDataDirectory();
  const farDirectory = join(data.path, "far");
  const place = address(join(data.path, "shared"));
  return {
    near: await openFiles(place, join(data.path, "near")),
    far: await openFiles(place, farDirectory),
    farDirectory,
    async [Symbol.asyncDispose]() {
      await data[Symbol.asyncDispose]();
      await closing?.[Symbol.asyncDispose]();
    },
  };
}

const stores: Record<string, () => Promise<Stores>> = {
  async "the disk of one machine"() {
    const data = await makeDataDirectory();
    const files = createLocalFiles(data.path);
    return {
      near: files,
      far: files,
      farDirectory: data.path,
      [Symbol.asyncDispose]: data[Symbol.asyncDispose],
    };
  },
  "a shared folder": () => openBoth((folder) => folder),
  async "object storage"() {
    const s3 = await startS3();
    return openBoth(() => s3.address, s3);
  },
};

async function write(file: string, text: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

async function read(store: FileStore, sessionId: string, path: string, range?: [number, number]) {
  const file = await store.openSessionFile(sessionId, path);
  if (!file) return undefined;
  const [start, end] = range ?? [0, file.sizeBytes - 1];
  return new Response(await file.read(start, end)).text();
}

describe.each(Object.entries(stores))("in %s", (_name, open) => {
  test("uploads reach whoever runs the task, wherever they are in the inputs", async () => {
    await using both = await open();
    const id = randomUUID();
    const received = [
      await write(join(both.near.uploadDirectory(id), "0", "a b.txt"), "first"),
      await write(join(both.near.uploadDirectory(id), "1", "a b.txt"), "second"),
    ];
    const [first, second] = received.map((file) => referTo(id, file));
    await both.near.keepUploads(id, received);
    const inputs = {
      one: first,
      list: [{ __OOMOL_TYPE__: "oomol/bin", value: second }],
      text: "upload:somebody-else/0/x",
      climbing: `upload:${id}/0/..`,
      quoted: `He said ["upload:${id}/0/a b.txt"].`,
      [`upload:${id}/0/a b.txt`]: "a name",
    };
    const resolved = await both.far.openUploads(id, new JsonText(JSON.stringify(inputs)));
    const opened = resolved.toJSON() as typeof inputs & { one: string };
    expect(opened).toMatchObject({ ...inputs, one: opened.one, list: opened.list });
    expect(await readFile(opened.one, "utf8")).toBe("first");
    expect(await readFile(String(opened.list[0]?.value), "utf8")).toBe("second");
  });

  test("what a session made can be read in ranges, and nothing outside of it", async () => {
    await using both = await open();
    const [session, other] = [randomUUID(), randomUUID()];
    const directory = join(both.farDirectory, "sessions", session);
    await write(join(directory, "deep", "résumé.txt"), "0123456789");
    await write(join(directory, "empty"), "");
    await write(join(both.farDirectory, "sessions", other, "secret"), "secret");
    await symlink(join(both.farDirectory, "sessions", other, "secret"), join(directory, "link"));
    await symlink(join(both.farDirectory, "sessions", other), join(directory, "folder-link"));
    await symlink(".", join(directory, "circle"));
    await symlink(join("deep", "résumé.txt"), join(directory, "inner-link"));
    await both.far.keepSession(session);
    await both.far.keepSession(other);
    await both.far.release(randomUUID(), session);

    const path = `deep/${encodeURIComponent("résumé.txt")}`;
    expect(await read(both.near, session, path)).toBe("0123456789");
    expect(await read(both.near, session, path, [3, 5])).toBe("345");
    expect(await read(both.near, session, "inner-link")).toBe("0123456789");
    const file = await both.near.openSessionFile(session, path);
    expect(file).toMatchObject({ sizeBytes: 10, etag: expect.stringMatching(/^"[^"]+"$/) });
    await file?.close();
    const empty = await both.near.openSessionFile(session, "empty");
    expect(empty?.sizeBytes).toBe(0);
    await empty?.close();
    for (const outside of [
      "link",
      "folder-link/secret",
      `..%2F${other}%2Fsecret`,
      `../${other}/secret`,
      "missing",
      "deep",
      "",
    ]) {
      expect(await both.near.openSessionFile(session, outside)).toBeUndefined();
    }
  });

  test("everything about a task can be forgotten", async () => {
    await using both = await open();
    const [id, sessionId] = [randomUUID(), randomUUID()];
    const file = await write(join(both.near.uploadDirectory(id), "0", "x"), "x");
    await both.near.keepUploads(id, [file]);
    await write(join(both.farDirectory, "sessions", sessionId, "y"), "y");
    await both.far.keepSession(sessionId);
    await both.near.remove({ id, sessionId });
    expect(await both.near.openSessionFile(sessionId, "y")).toBeUndefined();
    await both.near.remove({ id, sessionId }); // again
  });
});

test("object storage: keeps nothing on this machine, and large files in parts", async () => {
  await using s3 = await startS3();
  await using data = await makeDataDirectory();
  const files = await openFiles(s3.address, data.path);
  const sessionId = randomUUID();
  const text = "0123456789abcdef".repeat(2 ** 19 + 1); // a little more than 8 MiB
  await write(join(data.path, "sessions", sessionId, "large"), text);
  await files.keepSession(sessionId);
  await files.release(randomUUID(), sessionId);
  expect(await readdir(join(data.path, "sessions"))).toEqual([]);
  expect(await read(files, sessionId, "large")).toBe(text);
});

test("object storage: says what to install where the AWS SDK is not there", async () => {
  const hide = `import { registerHooks } from "node:module";
    registerHooks({ resolve: (name, context, next) => next(name.startsWith("@aws-sdk/") ? "not-there-" + name.slice(9) : name, context) });`;
  const open = `const { openFiles } = await import(${JSON.stringify(new URL("../../src/files/open-files.ts", import.meta.url).href)});
    await openFiles("s3://connect", "/tmp").catch((error) => console.log(error.message));`;
  const flags = ["--conditions=@oomol/source", `--import=data:text/javascript,${encodeURIComponent(hide)}`];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...flags,
    "--input-type=module",
    "-e",
    open,
  ]);
  expect(stdout).toBe(
    "Files in s3://… need the AWS SDK, which is not installed: run `npm install @aws-sdk/client-s3 @aws-sdk/lib-storage` where @oomol/connect-server is installed.\n",
  );
});

test("object storage: says what is wrong with a bucket that is not there, without credentials in it", async () => {
  await using s3 = await startS3();
  await using data = await makeDataDirectory();
  await expect(openFiles("s3://missing", data.path)).rejects.toThrow(
    /The bucket "missing" cannot be used: .*404/,
  );
  await expect(openFiles("ftp://x/y", data.path)).rejects.toThrow(/write s3:\/\/BUCKET\/PREFIX/);
  process.env.AWS_SECRET_ACCESS_KEY = "wrong-secret";
  await expect(openFiles(s3.address, data.path)).rejects.toThrow(/403/);
  await expect(openFiles(s3.address, data.path)).rejects.not.toThrow(/wrong-secret/);
});
