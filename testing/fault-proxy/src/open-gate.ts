import { once } from "node:events";
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";

/** What a gate does with requests: passes them, never answers them, or answers all with one status. */
export type GateMode = "pass" | "mute" | number;

/** A door before an HTTP service, which passes requests on as they are, signed ones too, until it is told otherwise. */
export interface Gate extends AsyncDisposable {
  readonly origin: string;
  /** From now on; `method` for requests of that method alone. Those that it is mute about are never answered. */
  set(mode: GateMode, method?: string): void;
  /** How many requests were not passed so far. */
  readonly held: number;
}

/** Opens a gate before `target`, the origin of a real service, on a free loopback port. */
export async function openGate(target: string): Promise<Gate> {
  const agent = new Agent({ keepAlive: true });
  let mode: GateMode = "pass";
  let method: string | undefined;
  let held = 0;
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    if (mode === "pass" || (method !== undefined && request.method !== method))
      return pass(target, agent, request, response);
    held += 1;
    request.resume();
    if (mode !== "mute") response.writeHead(mode).end();
  };
  const server = createServer(handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The gate has no port.");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    set(next, only) {
      mode = next;
      method = only;
    },
    get held() {
      return held;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
}

function pass(target: string, agent: Agent, request: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = request;
  // With the name that the client called it by: it is signed.
  const onward = httpRequest(target + request.url, { agent, method, headers });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  onward.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on("error", () => response.destroy()).pipe(response);
  });
  request.pipe(onward);
}
