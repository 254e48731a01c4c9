import { fileURLToPath } from "node:url";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import type { ServerOptions } from "../src/serve/options.ts";
import { startServer } from "../src/serve/start-server.ts";

export const fixturePackages = fileURLToPath(new URL("./fixtures/packages", import.meta.url));

export interface TestTask {
  id: string;
  status: string;
  [field: string]: unknown;
}

export interface TestLog {
  id: number;
  type: string;
  node_id: string | null;
  event: Record<string, unknown>;
}

/** A client of one server: what the tests ask it, in the words of the API. */
export class TestClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, init);
  }

  async getJson<Body = Record<string, unknown>>(path: string, init: RequestInit = {}): Promise<Body> {
    const response = await this.request(path, init);
    // Tests say what they expect to find.
    return (await response.json()) as Body;
  }

  create(
    manifest: string,
    inputs: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.request("/v1/tasks", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify({ manifest, inputValues: toNodes(inputs) }),
    });
  }

  upload(
    manifest: string,
    files: File[],
    inputs: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const form = new FormData();
    form.set("inputValues", JSON.stringify(toNodes(inputs)));
    for (const file of files) form.append("files", file);
    form.set("manifest", manifest);
    return this.request("/v1/tasks", { method: "POST", headers, body: form });
  }

  /** The id of a new task, which must be accepted. */
  async start(manifest: string, inputs: Record<string, unknown> = {}): Promise<string> {
    return idOf(await this.create(manifest, inputs));
  }

  /** The task at its end, or after a minute. */
  async waitForEnd(id: string): Promise<TestTask> {
    const { task } = await this.getJson<{ task: TestTask }>(`/v1/tasks/${id}`, {
      headers: { Prefer: "wait=60" },
    });
    return task;
  }

  async logs(id: string): Promise<TestLog[]> {
    return (await this.getJson<{ logs: TestLog[] }>(`/v1/tasks/${id}/logs`)).logs;
  }

  /** Follows the task's events until one of that type is there. */
  async waitForLog(id: string, type: string): Promise<TestLog> {
    const response = await this.request(`/v1/tasks/${id}`, { headers: { Accept: "text/event-stream" } });
    let text = "";
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      for (const line of text.split("\n").slice(0, -1)) {
        if (line.startsWith("data: ") && line.includes(`"type":"${type}"`)) return JSON.parse(line.slice(6));
      }
    }
    throw new Error(`the task ended without a log of type ${type}`);
  }

  /** The event with which the block finished. */
  async finish(id: string): Promise<Record<string, unknown>> {
    const finished = (await this.logs(id)).find((log) => log.type === "BlockFinished");
    return finished?.event ?? {};
  }
}

export function toNodes(inputs: Record<string, unknown>) {
  return [{ nodeId: "_", inputs: Object.entries(inputs).map(([handle, value]) => ({ handle, value })) }];
}

export async function idOf(response: Response): Promise<string> {
  const body = (await response.json()) as { task?: TestTask; message?: string };
  if (!body.task) throw new Error(`the task was refused: ${body.message}`);
  return body.task.id;
}

/** The status and the one sentence of a refusal. */
export async function refusalOf(response: Response): Promise<{ status: number; message: string }> {
  const body = (await response.json()) as { message: string };
  return { status: response.status, message: body.message };
}

/** A directory that is gone at the end of the test. */
export async function makeDataDirectory(): Promise<AsyncDisposable & { path: string }> {
  return createTemporaryFolder();
}

/** Any server that tests talk to. */
export interface TestServer extends TestClient, AsyncDisposable {
  /** Where uploads and what tasks made are kept. */
  filesDirectory: string;
  close(): Promise<void>;
}

/** A server in this process, on a free port, with data of its own. */
export async function openTestServer(options: Partial<ServerOptions> = {}) {
  const data = await makeDataDirectory();
  const server = await startServer({
    packages: [fixturePackages],
    port: 0,
    dataDirectory: data.path,
    concurrency: 4,
    spareExecutors: 0, // but where they are tested: many processes share the CPUs
    executorReadyTimeoutMs: 20_000,
    ...options,
  });
  const client = new TestClient(server.url);
  return Object.assign(client, {
    dataDirectory: data.path,
    filesDirectory: data.path,
    close: server.close,
    async [Symbol.asyncDispose]() {
      await server.close();
      await data[Symbol.asyncDispose]();
    },
  });
}
