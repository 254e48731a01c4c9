import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { request } from "node:http";
import { basename, join, relative } from "node:path";
import { expect, test } from "vitest";
import { BytesInFlight } from "../src/http/bytes-in-flight.ts";
import { receiveForm } from "../src/http/uploads.ts";
import { describeBothServers } from "./both-servers.ts";
import { idOf, makeDataDirectory, refusalOf } from "./open-test-server.ts";

const file = (name: string, text = name) => new File([text], name);

describeBothServers(({ shared, open }) => {
  test("gives a block the path of the uploaded file, under its own name", async () => {
    const server = shared();
    const id = await idOf(await server.upload("lab::one-file", [file("Grüße & more.txt", "hello")]));
    expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
    const { path, size } = (await server.finish(id)).result as { path: string; size: number };
    expect(basename(path)).toBe("Grüße & more.txt");
    expect(size).toBe(5);
    expect(await readFile(path, "utf8")).toBe("hello");
  });

  test("gives files to the inputs in the order of the parts: one, a list, bytes", async () => {
    const server = shared();
    const files = [file("a.txt"), file("same.txt", "1"), file("same.txt", "2"), file("bytes.bin")];
    const id = await idOf(await server.upload("lab::many-files", files));
    await server.waitForEnd(id);
    expect(await server.finish(id)).toMatchObject({
      result: { texts: ["a.txt=a.txt", "same.txt=1", "same.txt=2", "bytes.bin"] },
    });
  });

  test("a field of a page in which no file was chosen is no file", async () => {
    const part = (head: string, text: string) =>
      `--limit\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`;
    const body = [
      part('name="manifest"', "lab::one-file"),
      part('name="files"; filename=""', ""),
      "--limit--\r\n",
    ].join("");
    const headers = { "Content-Type": "multipart/form-data; boundary=limit" };
    const answer = await shared().request("/v1/tasks", { method: "POST", headers, body });
    expect(await refusalOf(answer)).toEqual({
      status: 400,
      message: expect.stringContaining("needs the input"),
    });
  });

  test("a file without a name is a file: as one of bytes, or with an empty name", async () => {
    const server = shared();
    const part = (head: string, text: string) =>
      `--limit\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`;
    for (const head of [
      'name="files"\r\nContent-Type: application/octet-stream', // requests and httpx, given no name
      'name="files"; filename=""\r\nContent-Type: application/json', // a Blob of Bun
    ]) {
      const body = [part('name="manifest"', "lab::one-file"), part(head, "hello"), "--limit--\r\n"].join("");
      const headers = { "Content-Type": "multipart/form-data; boundary=limit" };
      const id = await idOf(await server.request("/v1/tasks", { method: "POST", headers, body }));
      expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
      const { path } = (await server.finish(id)).result as { path: string };
      expect(await readFile(path, "utf8")).toBe("hello");
    }
  });

  test.each([
    ['filename="=?utf-8?B?5L2g5aW9LnR4dA==?="', "你好.txt"],
    ['filename="=?UTF-8?Q?a_=C3=BC.txt?="', "a ü.txt"],
    ['filename="=?utf-8?b?5L2g?= =?utf-8?b?5aW9LnR4dA==?="', "你好.txt"],
    ['filename="plain =?x.txt"', "plain =_x.txt"],
    ["filename=\"=?utf-8?B?eA==?=\"; filename*=utf-8''%E4%BD%A0.txt", "你.txt"], // .NET
    ["filename=\"plain.txt\"; filename*=UTF-8''%E4%BD%A0%E5%A5%BD.txt", "你好.txt"],
    ["filename*=UTF-8'zh'%E4%BD%A0%E5%A5%BD.txt; filename=\"plain.txt\"", "你好.txt"],
    ["filename=plain.txt; filename*=UTF-8''%E4%BD%A0.txt", "你.txt"],
    ['filename="plain.txt" ;filename* = "UTF-8\'\'%E4%BD%A0.txt"', "你.txt"],
    ["filename=\"plain.txt\"; FileName*=iso-8859-1''na%EFve.txt", "naïve.txt"],
    ["filename*=UTF-8''%E4%BD%A0%E5%A5%BD.txt", "你好.txt"],
    ["filename=\"plain.txt\"; filename*=UTF-8''..%2F..%5Ca%22%0D%0Ab.txt", "a___b.txt"],
    ["filename=\"plain.txt\"; filename*=UTF-8''", "plain.txt"],
    ["filename=\"plain.txt\"; filename*=UTF-8''%FF.txt", "plain.txt"],
    ["filename=\"plain.txt\"; filename*=UTF-8''%4", "plain.txt"],
    ["filename=\"plain.txt\"; filename*=koi8-r''%C1.txt", "plain.txt"],
    ["filename=\"plain.txt\"; filename*=UTF-8''a; filename*=UTF-8''b", "plain.txt"],
    ["filename=\"plain; filename*=UTF-8''b.txt\"", "plain; filename_=UTF-8''b.txt"],
  ])("a file's name is read as libraries of mail write it: %s", async (written, name) => {
    const body = [
      '--limit\r\nContent-Disposition: form-data; name="manifest"\r\n\r\nlab::one-file\r\n',
      `--limit\r\nContent-Disposition: form-data; name="files"; ${written}\r\n\r\nhello\r\n`,
      "--limit--\r\n",
    ].join("");
    const server = shared();
    const headers = { "Content-Type": "multipart/form-data; boundary=limit" };
    const id = await idOf(await server.request("/v1/tasks", { method: "POST", headers, body }));
    await server.waitForEnd(id);
    const { path } = (await server.finish(id)).result as { path: string };
    expect(basename(path)).toBe(name);
  });

  test("a large file arrives byte for byte, whatever looks like the end of its part", async () => {
    const server = shared();
    const content = randomBytes(9_000_001);
    for (let at = 0; at < content.length; at += 65_536 - 7) content.write("\r\n--", at);
    const id = await idOf(await server.upload("lab::one-file", [new File([content], "large.bin")]));
    await server.waitForEnd(id);
    const { path } = (await server.finish(id)).result as { path: string };
    expect((await readFile(path)).equals(content)).toBe(true);
  });

  test("leaves an input alone that has a value already", async () => {
    const server = shared();
    const response = await server.upload("lab::one-file", [file("a.txt")], { file: "/tmp/other" });
    expect(await refusalOf(response)).toEqual({
      status: 400,
      message: '1 file was uploaded, but lab::one-file got a value for "file" already.',
    });
  });

  test.each([
    ["lab::one-file", 2, '2 files were uploaded, but lab::one-file takes 1 ("file").'],
    [
      "lab::many-files",
      1,
      '1 file was uploaded, but lab::many-files takes at least 2 ("cover", "pages" and "bytes").',
    ],
    ["lab::shout", 1, "1 file was uploaded, but lab::shout takes no files."],
  ])("refuses %s with %d files, and keeps none of them", async (block, count, message) => {
    const server = shared();
    const before = await listUploads(server);
    const files = Array.from({ length: count }, (_, index) => file(`${index}.txt`));
    expect(await refusalOf(await server.upload(block, files))).toEqual({ status: 400, message });
    expect(await listUploads(server)).toEqual(before);
  });

  test("stores a file inside its own directory, whatever its name is", async () => {
    const server = shared();
    const names = [
      "../../../../etc/evil",
      "..\\..\\evil",
      "/etc/evil",
      "..",
      "a\u0000b",
      "",
      "x".repeat(400),
    ];
    const store = async (name: string) => {
      const boundary = "limit";
      const body = [
        `--${boundary}\r\nContent-Disposition: form-data; name="manifest"\r\n\r\nlab::one-file\r\n`,
        `--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="${name}"\r\n`,
        `Content-Type: application/octet-stream\r\n\r\nhello\r\n--${boundary}--\r\n`,
      ].join("");
      const headers = { "Content-Type": `multipart/form-data; boundary=${boundary}` };
      const id = await idOf(await server.request("/v1/tasks", { method: "POST", headers, body }));
      await server.waitForEnd(id);
      const { path } = (await server.finish(id)).result as { path: string };
      return relative(join(server.filesDirectory, "uploads", id), path);
    };
    for (const path of await Promise.all(names.map(store))) expect(path).toMatch(/^0[/\\][^/\\]+$/);
  });

  test.each([
    [
      "without an end",
      '--limit\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nhel',
      "boundary=limit",
    ],
    ["without a boundary", "hello", ""],
    ["of something else", "hello", "boundary=limit"],
    ["that is empty", "", "boundary=limit"],
  ])("refuses a form %s", async (_what, body, parameter) => {
    const server = shared();
    const headers = { "Content-Type": `multipart/form-data; ${parameter}` };
    const { status } = await refusalOf(await server.request("/v1/tasks", { method: "POST", headers, body }));
    expect(status).toBe(400);
  });

  test("refuses inputValues of a form that are not JSON", async () => {
    const server = shared();
    const form = new FormData();
    form.set("manifest", "lab::shout");
    form.set("inputValues", "{");
    expect(await refusalOf(await server.request("/v1/tasks", { method: "POST", body: form }))).toEqual({
      status: 400,
      message: 'The field "inputValues" is not valid JSON.',
    });
  });

  test("refuses more bytes than it may take, and keeps none of them", async () => {
    await using server = await open({ uploadLimitBytes: 1_000, bodyLimitBytes: 1_000 });
    const response = await server.upload("lab::one-file", [file("big.bin", "x".repeat(5_000_000))]);
    expect(await refusalOf(response)).toEqual({
      status: 413,
      message: "The upload is larger than the 1000 bytes allowed.",
    });
    expect(await listUploads(server)).toEqual([]);
  });

  test("counts all fields of a form together, those too that it does not know", async () => {
    await using server = await open({ bodyLimitBytes: 1_000 });
    const send = (fields: number) => {
      const form = new FormData();
      form.set("manifest", "lab::shout");
      for (let count = 0; count < fields; count += 1) form.set(`other-${count}`, "x".repeat(300));
      return server.request("/v1/tasks", { method: "POST", body: form });
    };
    expect((await refusalOf(await send(3))).message).toContain('"text"'); // the input that is missing
    expect(await refusalOf(await send(4))).toEqual({
      status: 413,
      message: "The form's fields are larger than the 1000 bytes allowed.",
    });
  });

  test("keeps nothing of an upload whose sender hangs up, nor of one that is refused after it arrived", async () => {
    const server = shared();
    const before = await listUploads(server);
    const form = new FormData();
    form.append("files", file("a.txt"));
    expect((await server.request("/v1/tasks", { method: "POST", body: form })).status).toBe(400); // no manifest
    expect(await listUploads(server)).toEqual(before);

    const headers = { "Content-Type": "multipart/form-data; boundary=limit", "Content-Length": 1_000_000 };
    const sending = request(`${server.url}/v1/tasks`, { method: "POST", headers });
    sending.on("error", () => undefined);
    sending.write('--limit\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nhel');
    await expect.poll(() => listUploads(server), { timeout: 10_000 }).toHaveLength(before.length + 1);
    sending.destroy();
    await expect.poll(() => listUploads(server), { timeout: 10_000 }).toEqual(before);
  });
});

test("keeps of a form's fields only those that are read", async () => {
  const form = new FormData();
  for (const name of ["manifest", "blockId", "inputValues", "other"]) form.set(name, name);
  await using directory = await makeDataDirectory();
  const request = new Request("http://server.invalid", { method: "POST", body: form });
  const limits = { bodyLimitBytes: 1_000, uploadLimitBytes: 1_000, clientIdleMs: 10_000 };
  using inFlight = new BytesInFlight("requests", 1_000, 1_000).open("ada");
  const { fields } = await receiveForm({ request }, directory.path, limits, inFlight);
  expect([...fields.keys()]).toEqual(["manifest", "blockId", "inputValues"]);
});

async function listUploads(server: { filesDirectory: string }): Promise<string[]> {
  return readdir(join(server.filesDirectory, "uploads")).catch(() => []);
}
