import { expect, test } from "vitest";
import { describeBothServers } from "./both-servers.ts";
import { refusalOf, toNodes } from "./open-test-server.ts";

describeBothServers(({ shared, open }) => {
  test("names the blocks of a package, and the one that was probably meant", async () => {
    const server = shared();
    const { status, message } = await refusalOf(await server.create("lab::shoot"));
    expect(status).toBe(404);
    expect(message).toMatch(
      /^The package "lab" has no block "shoot"; it has .*"shout".* Did you mean "shout"\?$/,
    );
  });

  test("names the installed packages where the package is unknown", async () => {
    const server = shared();
    expect(await refusalOf(await server.create("lap::shout"))).toEqual({
      status: 404,
      message:
        'No package "lap" is installed, so the block "lap::shout" cannot run; "helper" and "lab" are installed. Did you mean "lab"?',
    });
  });

  test("says how a block id is written", async () => {
    const server = shared();
    expect(await refusalOf(await server.create("shout"))).toEqual({
      status: 400,
      message: '"shout" is not a block id: write PACKAGE::BLOCK.',
    });
  });

  test("does not repeat a block id that is too long to be one", async () => {
    const server = shared();
    expect(await refusalOf(await server.create(`${"x".repeat(1_000_000)}::shout`))).toEqual({
      status: 400,
      message: "A block id of 1000007 characters is too long: it may have 500.",
    });
  });

  test.each([
    ["a missing input", {}, 'lab::shout needs the input "text", which was not given.'],
    [
      "a wrong type",
      { text: 42 },
      'The input "text" of lab::shout must be of type string, but number 42 was given.',
    ],
    [
      "null where it is not allowed",
      { text: null },
      'The input "text" of lab::shout must be of type string, but null was given.',
    ],
    [
      "a value outside the list",
      { text: "a", mark: "." },
      'The input "mark" of lab::shout must be one of ["!","?"], but string "." was given.',
    ],
    [
      "a value outside a long list",
      { text: "a", tone: 13 },
      'The input "tone" of lab::shout must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more, but number 13 was given.',
    ],
    [
      "an unknown input",
      { text: "a", txet: 1 },
      'lab::shout has no input "txet"; it takes "text", "mark", "note" and "tone".',
    ],
  ])("refuses %s, naming the handle", async (_what, inputs, message) => {
    const server = shared();
    expect(await refusalOf(await server.create("lab::shout", inputs))).toEqual({ status: 400, message });
  });

  const secretFile = { __OOMOL_TYPE__: "oomol/bin", value: "/etc/passwd" };
  test.each([
    ["the whole value", "lab::shout", "text", secretFile],
    ["a value that would have to be a text", "lab::one-file", "file", secretFile],
    ["an item inside of a value", "lab::nest", "given", { list: [null, [secretFile]] }],
    ["a variable", "lab::shout", "note", { __OOMOL_TYPE__: "oomol/var", value: {} }],
  ])("refuses a caller's reference to a file or a variable: %s", async (_what, block, handle, value) => {
    const server = shared();
    expect(await refusalOf(await server.create(block, { [handle]: value }))).toEqual({
      status: 400,
      message: `The input "${handle}" of ${block} holds a reference ("__OOMOL_TYPE__"), which only blocks and the server make; upload the file, or give the value itself.`,
    });
  });

  test("refuses a caller's reference that is given to a node of a flow", async () => {
    const server = shared();
    const node = { ...toNodes({ who: secretFile })[0], nodeId: "make-text" };
    const response = await server.request("/v1/tasks", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ manifest: "lab::greet", inputValues: [node] }),
    });
    expect(await refusalOf(response)).toMatchObject({
      status: 400,
      message: expect.stringMatching(
        /^The input "who" of the node "make-text" of lab::greet holds a reference /,
      ),
    });
  });

  test("looks for references in a value that is nested as deep as it may be", async () => {
    const server = shared();
    const given = `${"[".repeat(99)}${JSON.stringify(secretFile)}${"]".repeat(99)}`;
    const response = await server.request("/v1/tasks", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ manifest: "lab::nest", inputValues: toNodes({ given: "GIVEN" }) }).replace(
        '"GIVEN"',
        given,
      ),
    });
    expect((await refusalOf(response)).message).toContain('The input "given" of lab::nest holds a reference');
  });

  test("refuses inputs of a node that is not there", async () => {
    const server = shared();
    const response = await server.request("/v1/tasks", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        manifest: "lab::shout",
        inputValues: [{ ...toNodes({ text: "a" })[0], nodeId: "n1" }],
      }),
    });
    expect(await refusalOf(response)).toEqual({
      status: 400,
      message: 'lab::shout is a block, so its inputs belong to the node "_"; there is no node "n1".',
    });
  });

  test.each([
    ["application/json", '{"manifest":', 400, "The body is not valid JSON."],
    ["application/json", "[]", 400, 'The body must be an object with "manifest" and "inputValues".'],
    ["application/json", "{}", 400, 'The body must name a block in "manifest", as PACKAGE::BLOCK.'],
    [
      "application/json",
      '{"manifest":"lab::shout","inputValues":{"text":"a"}}',
      400,
      '"inputValues" must be a list of { nodeId, inputs: [{ handle, value }] }.',
    ],
    [
      "text/plain",
      "hello",
      415,
      "A task is created with application/json or multipart/form-data, not with text/plain.",
    ],
    [
      "application/json",
      `"${"x".repeat(3_000)}"`,
      413,
      "The body is larger than the 2048 bytes that this server takes.",
    ],
  ])("refuses a %s body that cannot be one: %s", async (type, body, status, message) => {
    await using server = await open({ bodyLimitBytes: 2_048 });
    const response = await server.request("/v1/tasks", {
      method: "POST",
      headers: { "Content-Type": type },
      body,
    });
    expect(await refusalOf(response)).toEqual({ status, message });
  });

  test("knows no task that it never saw, and no other path", async () => {
    const server = shared();
    for (const [method, path] of [
      ["GET", ""],
      ["POST", "/stop"],
      ["GET", "/logs"],
    ] as const) {
      const response = await server.request(`/v1/tasks/none${path}`, { method });
      expect(await refusalOf(response)).toEqual({ status: 404, message: 'There is no task "none".' });
    }
    const { status, message } = await refusalOf(await server.request("/v2"));
    expect({ status, message }).toEqual({ status: 404, message: "There is no GET /api/v2 here." });
  });

  test("answers a refusal in the shape that clients read", async () => {
    const server = shared();
    const response = await server.create("nothing::here");
    const body = (await response.json()) as { message: string };
    expect(body).toEqual({ success: false, message: body.message, error: { message: body.message } });
  });
});
