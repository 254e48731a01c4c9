import { request } from "node:http";
import { expect, test } from "vitest";
import { describeBothServers } from "./both-servers.ts";
import { openTestServer, type TestClient } from "./open-test-server.ts";

describeBothServers(({ shared }) => {
  test("serves what a task made, with its type and size, once and again", async () => {
    const server = shared();
    const get = await makeFiles(server, { "out/Größe 1+1.txt": "hello", "empty.json": "" });
    const path = `out/${encodeURIComponent("Größe 1+1.txt")}`;
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("hello");
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "accept-ranges": "bytes",
      "content-length": "5",
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
    });
    const etag = response.headers.get("ETag") ?? "";
    expect((await get(path, { "If-None-Match": `"other", W/${etag}` })).status).toBe(304);
    expect(await (await get(path, { "If-None-Match": '"other"' })).text()).toBe("hello");
    const empty = await get("empty.json");
    expect([empty.status, await empty.text()]).toEqual([200, ""]);
  });

  test("answers ranges, and the whole where a range cannot be had or is of an older file", async () => {
    const server = shared();
    const get = await makeFiles(server, { "digits.bin": "0123456789" });
    const whole = "0123456789";
    for (const [range, status, text, contentRange] of [
      ["bytes=2-4", 206, "234", "bytes 2-4/10"],
      ["bytes=7-", 206, "789", "bytes 7-9/10"],
      ["bytes=-2", 206, "89", "bytes 8-9/10"],
      ["bytes=5-99", 206, "56789", "bytes 5-9/10"],
      ["bytes=10-", 416, "", "bytes */10"],
      ["bytes=0-1,4-5", 200, whole, null],
      ["lines=1-2", 200, whole, null],
      ["bytes=x", 200, whole, null],
    ] as const) {
      const response = await get("digits.bin", { Range: range });
      const seen = [range, response.status, await response.text(), response.headers.get("Content-Range")];
      expect(seen).toEqual([range, status, text, contentRange]);
    }
    const Range = "bytes=2-4";
    const etag = (await get("digits.bin", { Range })).headers.get("ETag") ?? "";
    expect((await get("digits.bin", { Range, "If-Range": etag })).status).toBe(206);
    expect((await get("digits.bin", { Range, "If-Range": '"older"' })).status).toBe(200);
  });

  test("answers HEAD with the headers alone", async () => {
    const server = shared();
    const get = await makeFiles(server, { "a.wav": "RIFF" });
    const response = await get("a.wav", {}, "HEAD");
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("Content-Length")).toBe("4");
    expect(response.headers.get("Content-Type")).toBe("audio/wav");
  });

  test("shuts what may run scripts in a sandbox", async () => {
    const server = shared();
    const names = ["page.html", "picture.svg", "data.xml", "page.xhtml"];
    const get = await makeFiles(
      server,
      Object.fromEntries(names.map((name) => [name, "<script>1</script>"])),
    );
    for (const name of names) {
      const { headers } = await get(name);
      expect(headers.get("Content-Security-Policy")).toBe("sandbox allow-scripts");
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    }
  });

  test("serves a script as a text that nobody runs", async () => {
    const server = shared();
    const get = await makeFiles(server, { "a.js": "1", "b.mjs": "1", "c.cjs": "1", "d.json": "1" });
    for (const name of ["a.js", "b.mjs", "c.cjs"]) {
      const { headers } = await get(name);
      expect(headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
      expect(headers.get("Content-Security-Policy")).toBe("sandbox");
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    }
    expect((await get("d.json")).headers.get("Content-Type")).toBe("application/json");
  });

  test("serves nothing from outside the session, whatever the path says", async () => {
    const server = shared();
    const links = { "out-link": "/etc/hostname", "folder-link": "/etc", "in-link": "inner/a.txt" };
    const { id, get } = await makeTask(server, { "inner/a.txt": "hello" }, links);
    expect(await (await get("in-link")).text()).toBe("hello");
    const paths = [
      ...["out-link", "folder-link/hostname", "inner", "", "nothing.txt", "inner/a.txt/", "inner//a.txt"],
      ...["../../connect.db", "..%2f..%2fconnect.db", "%2e%2e/%2e%2e/connect.db", "..%5c..%5cconnect.db"],
      ...[
        "%2fetc%2fhostname",
        "/etc/hostname",
        "inner/a.txt%00",
        "inner/a.txt%00.png",
        "%zz",
        "%c0%ae%c0%ae",
      ],
      ...["inner/../../../connect.db", "inner%2fa.txt", "....//connect.db", "%252e%252e/connect.db"],
    ];
    for (const path of paths) {
      expect([path, await rawStatus(server, `/api/v1/tasks/${id}/files/${path}`)]).toEqual([path, 404]);
    }
    expect((await server.request("/v1/tasks/none/files/a")).status).toBe(404);
  });

  test("serves no other task's files", async () => {
    const server = shared();
    const mine = await makeTask(server, { "a.txt": "mine" });
    const other = await makeTask(server, { "b.txt": "other" });
    expect((await mine.get("b.txt")).status).toBe(404);
    expect((await mine.get(`../../${other.id}/files/b.txt`)).status).toBe(200); // the URL is another's, plainly
  });
});

async function makeFiles(server: TestClient, files: Record<string, string>) {
  return (await makeTask(server, files)).get;
}

test.skipIf(process.platform === "win32")("a file whose name has a backslash is served", async () => {
  await using server = await openTestServer();
  const { get } = await makeTask(server, { "a\\b.txt": "kept" });
  expect(await (await get("a%5Cb.txt")).text()).toBe("kept");
  expect((await get("..%5C..%5Cconnect.db")).status).toBe(404);
});

async function makeTask(
  server: TestClient,
  files: Record<string, string>,
  links: Record<string, string> = {},
) {
  const id = await server.start("lab::make-files", { files, links });
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    server.request(`/v1/tasks/${id}/files/${path}`, { method, headers });
  return { id, get };
}

/** Sends the path as it stands: `fetch` would tidy it up. */
function rawStatus(server: TestClient, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}
