import { connect } from "node:net";

/** Callers that the attacked server knows: two who may run tasks, and one who may do everything. */
export const tokens = { ann: "attack-ann-1f9c", bob: "attack-bob-7d21", ops: "attack-ops-55aa" } as const;

/** The server under attack, as what attacks it sees it. */
export class Target {
  readonly url: string;
  readonly pid: number;

  constructor(url: string, pid: number) {
    this.url = url;
    this.pid = pid;
  }

  get origin(): string {
    return new URL(this.url).origin;
  }

  request(path: string, init: RequestInit & { token?: string } = {}): Promise<Response> {
    const { token = tokens.ann, ...rest } = init;
    const headers = {
      ...(token !== "" && { Authorization: token }),
      ...(init.headers as Record<string, string>),
    };
    return fetch(this.url + path, { ...rest, headers });
  }

  /** The status alone, once the whole answer was read. */
  async status(path: string, init: RequestInit & { token?: string } = {}): Promise<number> {
    const response = await this.request(path, init);
    await response.arrayBuffer();
    return response.status;
  }

  postJson(body: string, init: RequestInit & { token?: string } = {}): Promise<number> {
    const headers = { "Content-Type": "application/json", ...(init.headers as Record<string, string>) };
    return this.status("/v1/tasks", { ...init, method: "POST", body, headers });
  }

  /** The id of a new task, which must be accepted. */
  async start(
    block: string,
    inputs: Record<string, unknown> = {},
    token: string = tokens.ann,
  ): Promise<string> {
    const response = await this.request("/v1/tasks", {
      token,
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: taskBody(block, inputs),
      signal: AbortSignal.timeout(patienceMs),
    });
    const { task, message } = (await response.json()) as { task?: { id: string }; message?: string };
    if (!task) throw new Error(`${block} was refused: ${message}`);
    return task.id;
  }

  /** The status of a task at its end, or after a minute. */
  async waitForEnd(id: string, token: string = tokens.ops): Promise<string> {
    const headers = { Prefer: "wait=60" };
    const response = await this.request(`/v1/tasks/${id}`, {
      token,
      headers,
      signal: AbortSignal.timeout(patienceMs),
    });
    return ((await response.json()) as { task: { status: string } }).task.status;
  }

  /** What comes back for bytes as they are, until the server closes or nothing more comes for a second. */
  raw(
    bytes: string | Uint8Array,
    { port = Number(new URL(this.url).port), quietMs = 1_000 } = {},
  ): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      let answer = "";
      socket.setTimeout(quietMs, () => socket.destroy());
      socket.on("data", (chunk) => {
        answer += chunk.toString("latin1");
      });
      socket.on("error", () => undefined);
      socket.on("close", () => resolve(answer));
      socket.write(bytes);
    });
  }
}

/** Longer than an answer is held. */
const patienceMs = 65_000;

export function taskBody(block: string, inputs: Record<string, unknown>): string {
  const given = Object.entries(inputs).map(([handle, value]) => ({ handle, value }));
  return JSON.stringify({ manifest: `attack::${block}`, inputValues: [{ nodeId: "_", inputs: given }] });
}
