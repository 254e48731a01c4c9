import { expect, test } from "vitest";
import { createConnectProxy } from "../src/proxy/index.ts";

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const nodes = (json: string) => `[{"nodeId":"_","inputs":[{"handle":"a","value":${json}}]}]`;
const body = (json: string) => `{"manifest":"pkg::block","inputValues":${nodes(json)}}`;

function form(inputValues: string, fileName = "a.txt"): FormData {
  const parts = new FormData();
  parts.set("manifest", "pkg::block");
  parts.set("inputValues", inputValues);
  parts.set("files", new File(["x"], fileName));
  return parts;
}

const cases: [what: string, body: string | FormData, status: number][] = [
  ["a value of 100 levels", body(nested(100)), 200],
  ["a value of 101 levels", body(nested(101)), 400],
  ["0.6 MB of brackets", nested(300_000), 400],
  ["a form's value of 100 levels", form(nodes(nested(100))), 200],
  ["a form's value of 101 levels", form(nodes(nested(101))), 400],
  ["a form's field of brackets", form(nested(300_000)), 400],
  ["a file's name of 1,024 bytes", form("[]", "é".repeat(512)), 200],
  ["a file's name of 1,026 bytes", form("[]", "é".repeat(513)), 400],
];

test.each(cases)(
  "answers %s at once, and asks the server only for what it may take",
  async (_what, sent, status) => {
    let asked = 0;
    const proxy = createConnectProxy({
      baseUrl: "http://connect.invalid/api",
      authorize: "public",
      allowBlocks: () => true,
      async fetch(_url, init) {
        asked += 1;
        if (init?.body) await new Response(init.body as ReadableStream).arrayBuffer();
        const task = {
          id: "1",
          status: "pending",
          manifest_path: "pkg::block",
          created_at: 1,
          updated_at: 1,
        };
        return Response.json({ success: true, task: { ...task, inputValues: [] } });
      },
    });
    // As bytes that a server received; a form itself cannot be given up halfway.
    const encoded = new Response(sent);
    const isForm = typeof sent !== "string";
    const type = isForm ? (encoded.headers.get("Content-Type") ?? "") : "application/json";
    const init = { method: "POST", body: await encoded.arrayBuffer(), headers: { "Content-Type": type } };
    const request = new Request("http://app.invalid/api/v1/tasks", init);
    const response = await proxy(request);
    expect([response.status, asked]).toEqual([status, status === 200 ? 1 : 0]);
    if (status === 400) expect(await response.text()).toMatch(/100 levels|more than 1024 bytes/);
  },
);
