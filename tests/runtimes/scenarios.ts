import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { FakeConnectServer, type FakeTask } from "@oomol/connect-core/testing";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";

export interface Scenarios extends AsyncDisposable {
  origin: string;
}

/** Every server that the suite meets, each below its name, behind one real HTTP server; `pages` are served beside them. */
export async function serveScenarios(pages: Record<string, string> = {}): Promise<Scenarios> {
  const servers = createServers();
  const cut = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const [, name = ""] = (request.url ?? "").split("/");
    const page = pages[name];
    if (page !== undefined) {
      const type = name.endsWith(".js") ? "text/javascript" : "text/html";
      response.setHeader("content-security-policy", "default-src 'none'; script-src 'self'; connect-src *");
      return void response.setHeader("content-type", type).end(page);
    }
    if (name === "cut") return void cut.promise.then(() => response.end("cut"));
    // Takes any upload and keeps nothing of it.
    if (name === "sink") return void request.resume().on("end", () => response.end(createdTask));
    const fake = servers[name];
    if (!fake) return void response.writeHead(404).end();
    if (name === "endless") response.on("close", () => !response.writableFinished && cut.resolve());
    void fakeHandler(fake)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const createdTask = JSON.stringify({ task: { id: "1", status: "created" } });

function createServers(): Record<string, FakeConnectServer> {
  const extensions = ["wait", "events", "files"] as const;
  const files = new FakeConnectServer({ extensions, onTask: makeFile });
  files.inject({ kind: "truncated" }, { path: /\/files\//, times: 2 });
  const flaky = new FakeConnectServer();
  flaky.inject({ kind: "status", status: 503 }, { times: 2 });
  const gateway = new FakeConnectServer();
  gateway.inject({ kind: "html" }, { times: 100 });
  return {
    plain: new FakeConnectServer({ onTask: echoLater }),
    held: new FakeConnectServer({ onTask: echoLater, extensions: ["wait", "after"] }),
    events: new FakeConnectServer({ onTask: echoLater, extensions: ["events"] }),
    uploads: new FakeConnectServer({ onTask: describeFiles, extensions }),
    endless: new FakeConnectServer({ onTask: (task) => void task.progress(1), extensions }),
    failing: new FakeConnectServer({ onTask: (task) => void task.fail("no good") }),
    refusing: new FakeConnectServer({ apiToken: "another" }),
    files,
    made: new FakeConnectServer({ extensions, onTask: makeFile }),
    flaky,
    gateway,
  };
}

function echoLater(task: FakeTask): void {
  task.setStatus("running").progress(50);
  setTimeout(() => task.complete({ text: task.input("text") }), 300);
}

function describeFiles(task: FakeTask): void {
  const files = task.files.map(({ name, type, bytes }) => [name, type, bytes.length, sum(bytes)]);
  task.complete({ files, a: task.input("a") });
}

function sum(bytes: Uint8Array): number {
  return bytes.reduce((total, byte) => total + byte, 0);
}

function makeFile(task: FakeTask): void {
  const bytes = Uint8Array.from({ length: 1_000_000 }, (_, index) => index % 251);
  task.complete({ file: task.writeFile("out/big.bin", bytes, "application/x-test") });
}
