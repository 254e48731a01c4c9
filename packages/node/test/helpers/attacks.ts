/** One way in which a visitor may try to get more out of a proxy than it offers: what is sent, byte for byte. */
export interface Attack {
  attack: string;
  request: string;
  /** The answer's status. */
  status: number;
  /** What the server is asked all the same. Default: nothing. */
  upstream?: readonly string[];
  /** Answered by the HTTP server already, before the proxy sees it. */
  isStoppedBefore?: boolean;
}

const get = (path: string, headers = "") =>
  `GET ${path} HTTP/1.1\r\nHost: app.test\r\n${headers}Connection: close\r\n\r\n`;

const post = (path: string, body: string, headers = "Content-Type: application/json\r\n") =>
  `POST ${path} HTTP/1.1\r\nHost: app.test\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;

const task = '{"manifest":"ok::block","inputValues":[]}';
const create = (headers: string) =>
  post("/api/v1/tasks", task, `Content-Type: application/json\r\n${headers}`);
const form = (...parts: string[]) =>
  post(
    "/api/v1/tasks",
    `${parts.map((part) => `--limit\r\nContent-Disposition: form-data; ${part}\r\n`).join("")}--limit--\r\n`,
    "Content-Type: multipart/form-data; boundary=limit\r\n",
  );

const paths: Attack[] = [
  ["dots", "/api/v1/tasks/../../admin"],
  ["encoded dots", "/api/v1/tasks/%2e%2e/%2e%2e/admin"],
  ["an encoded slash in an id", "/api/v1/tasks/a%2f..%2f..%2fadmin"],
  ["an encoded backslash in an id", "/api/v1/tasks/a%5c..%5cadmin"],
  ["twice encoded dots", "/api/v1/tasks/%252e%252e/logs"],
  ["a twice encoded slash", "/api/v1/tasks/id/files/a%252fb"],
  ["dots as a task", "/api/v1/tasks/%2e%2e%2fx/logs"],
  ["dots in a file's path", "/api/v1/tasks/id/files/a/..%2f..%2f..%2fetc/passwd"],
  ["overlong UTF-8", "/api/v1/tasks/%c0%ae%c0%ae/logs"],
  ["a null byte", "/api/v1/tasks/id/files/a%00.txt"],
  ["a line break in an id", "/api/v1/tasks/id%0d%0aX-Evil:%201/logs"],
  ["a query in an id", "/api/v1/tasks/id%3ftoken=1"],
  ["a fragment in an id", "/api/v1/tasks/id%23"],
  ["another host", "//evil.test/api/v1/blocks"],
  ["another host behind the mount path", "/api//evil.test/v1/blocks"],
  ["an empty segment", "/api/v1//blocks"],
  ["a path of no route", "/api/v1/users"],
  ["a path that begins like the mount path", "/apix/v1/blocks"],
  ["the server's own description", "/api/openapi.json"],
  ["a method in the path's case", "/API/v1/blocks"],
  ["an id that is too long", `/api/v1/tasks/${"a".repeat(300)}`],
  ["a user in the address", "/api/v1/tasks/me:pass@evil.test%2f"],
].map(([attack = "", path = ""]) => ({ attack, request: get(path), status: 404 }));

/** What was thought of, in the order of the request's parts. */
export const attacks: readonly Attack[] = [
  ...paths,
  { attack: "backslashes", request: get("/api\\v1\\..\\admin"), status: 400, isStoppedBefore: true },
  {
    attack: "two lengths of one body",
    request: create("Content-Length: 5\r\n"),
    status: 400,
    isStoppedBefore: true,
  },
  {
    attack: "a length and chunks",
    request: create("Transfer-Encoding: chunked\r\n"),
    status: 400,
    isStoppedBefore: true,
  },
  {
    attack: "an address in the place of the path",
    request: get("http://evil.test/api/v1/blocks"),
    status: 200,
    upstream: ["GET /api/v1/blocks"],
  },
  {
    attack: "a foreign Host",
    request: get("/api/v1/blocks").replace("app.test", "evil.test"),
    status: 200,
    upstream: ["GET /api/v1/blocks"],
  },
  {
    attack: "parameters that the API does not know",
    request: get("/api/v1/blocks?token=1&admin=true"),
    status: 200,
    upstream: ["GET /api/v1/blocks"],
  },
  {
    attack: "a line break in a known parameter",
    request: get("/api/v1/tasks/id/logs?after=1%0d%0aX-Evil:1"),
    status: 400,
  },
  {
    attack: "a second value of a known parameter",
    request: get("/api/v1/tasks/id/logs?after=1&after=../x"),
    status: 200,
    upstream: ["GET /api/v1/tasks/id/logs?after=1"],
  },
  ...["PUT", "DELETE", "PATCH", "OPTIONS"].map((method) => ({
    attack: `the method ${method}`,
    request: get("/api/v1/tasks/id").replace("GET", method),
    status: 404,
  })),
  { attack: "a task list in public", request: get("/api/v1/tasks"), status: 403 },
  {
    attack: "an installation",
    request: post("/api/packages/install", '{"name":"a","version":"1"}'),
    status: 404,
  },
  { attack: "the list of installations", request: get("/api/packages/install"), status: 404 },
  {
    attack: "the applets of a proxy that has none",
    request: post("/api/rpc/listApplets", "{}"),
    status: 404,
  },
  {
    attack: "cookies, a token and a forwarded address",
    request: get(
      "/api/v1/blocks",
      "Cookie: a=b\r\nAuthorization: mine\r\nX-Forwarded-For: 1.2.3.4\r\nX-Evil: 1\r\n",
    ),
    status: 200,
    upstream: ["GET /api/v1/blocks"],
  },
  { attack: "a page of another origin", request: create("Origin: https://evil.test\r\n"), status: 403 },
  { attack: "a page without an origin", request: create("Origin: null\r\n"), status: 403 },
  {
    attack: "another site by its fetch metadata",
    request: create("Sec-Fetch-Site: cross-site\r\n"),
    status: 403,
  },
  { attack: "a sibling domain", request: create("Sec-Fetch-Site: same-site\r\n"), status: 403 },
  {
    attack: "another origin that reads",
    request: get("/api/v1/blocks", "Origin: https://evil.test\r\n"),
    status: 403,
  },
  {
    attack: "a preflight of another origin",
    request: get(
      "/api/v1/tasks",
      "Origin: https://evil.test\r\nAccess-Control-Request-Method: POST\r\n",
    ).replace("GET", "OPTIONS"),
    status: 403,
  },
  {
    attack: "a form of a foreign page, which needs no preflight",
    request: post("/api/v1/tasks", task, "Content-Type: text/plain\r\nOrigin: https://evil.test\r\n"),
    status: 403,
  },
  {
    attack: "JSON under another type",
    request: post("/api/v1/tasks", task, "Content-Type: text/plain\r\n"),
    status: 415,
  },
  {
    attack: "a block that is not allowed",
    request: post("/api/v1/tasks", task.replace("ok", "evil")),
    status: 403,
  },
  {
    attack: "an allowed block and another one after it",
    request: post("/api/v1/tasks", '{"manifest":"ok::block","manifest":"evil::block"}'),
    status: 403,
  },
  {
    attack: "an allowed block before a way out",
    request: post("/api/v1/tasks", '{"manifest":"all::../../evil::block"}'),
    status: 400,
  },
  {
    attack: "a list of blocks",
    request: post("/api/v1/tasks", '{"manifest":["ok::block","evil::block"]}'),
    status: 400,
  },
  {
    attack: "fields that the API does not know",
    request: post("/api/v1/tasks", '{"manifest":"ok::block","project":"other","inputValues":[]}'),
    status: 200,
    upstream: ["POST /api/v1/tasks"],
  },
  { attack: "no body", request: post("/api/v1/tasks", ""), status: 400 },
  { attack: "a body that is no object", request: post("/api/v1/tasks", "[1]"), status: 400 },
  {
    attack: "inputs beyond the limit",
    request: post("/api/v1/tasks", `{"manifest":"ok::block","a":"${"x".repeat(20_000)}"}`),
    status: 413,
  },
  { attack: "a key that others may choose too", request: create("Idempotency-Key: 1\r\n"), status: 400 },
  { attack: "a stream that others may guess", request: post("/api/v1/events/1", "{}"), status: 400 },
  {
    attack: "a task for a stream that others may guess",
    request: create("Connect-Events: 1\r\n"),
    status: 400,
  },
  {
    attack: "a way out as a task of a stream",
    request: post(`/api/v1/events/${"a".repeat(36)}`, '{"tasks":{"../admin":-1}}'),
    status: 400,
  },
  {
    attack: "a stream with fields that the API does not know",
    request: post(`/api/v1/events/${"a".repeat(36)}`, '{"tasks":{"a":1},"caller":"other"}'),
    status: 200,
    upstream: [`POST /api/v1/events/${"a".repeat(36)}`],
  },
  {
    attack: "a form with two blocks",
    request: form('name="manifest"\r\n\r\nok::block', 'name="manifest"\r\n\r\nevil::block'),
    status: 400,
  },
  {
    attack: "a form with a block that is not allowed",
    request: form('name="manifest"\r\n\r\nevil::block', 'name="files"; filename="a"\r\n\r\nx'),
    status: 403,
  },
  {
    attack: "a form whose second block stands behind a file",
    request: form(
      'name="manifest"\r\n\r\nok::block',
      'name="files"; filename="a"\r\n\r\nx',
      'name="manifest"\r\n\r\nevil::block',
    ),
    status: 400,
    // Begun, and never finished: the server gets half a form.
    upstream: ["POST /api/v1/tasks (broken off)"],
  },
  {
    attack: "a file's name that becomes a parameter",
    request: form(
      'name="manifest"\r\n\r\nok::block',
      'name="files"; filename="a\\"; name="manifest"\r\n\r\nevil::block',
    ),
    status: 400,
  },
  {
    attack: "files beyond the limit",
    request: form(
      'name="manifest"\r\n\r\nok::block',
      `name="files"; filename="a"\r\n\r\n${"x".repeat(30_000)}`,
    ),
    status: 413,
    upstream: ["POST /api/v1/tasks (broken off)"],
  },
  {
    attack: "fields beyond the limit",
    request: form('name="manifest"\r\n\r\nok::block', `name="inputValues"\r\n\r\n${" ".repeat(20_000)}`),
    status: 413,
  },
];
