import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { DrawnFault, FaultPlan } from "./fault-plan.ts";

/**
 * What happens to a connection. TCP itself neither repeats nor reorders bytes, so these are all: `refuse` resets it before
 * it says anything; `reset` and `truncate` end it after some bytes, rudely or as if the other side were done; `stall` passes
 * nothing on for a while; `slow` passes a few bytes at a time; `split` passes each read in pieces of a byte or a few.
 */
export const tcpFaultKinds = ["refuse", "reset", "truncate", "stall", "slow", "split"] as const;
export type TcpFaultKind = (typeof tcpFaultKinds)[number];

export interface TcpFaultProxyOptions {
  /** Where the real server listens. */
  target: { host: string; port: number };
  plan: Pick<FaultPlan<TcpFaultKind>, "draw">;
  /** How many bytes, in both directions together, pass before a fault strikes, at most. Default 4,000. */
  mostBytesBefore?: number;
  /** Longest stall, in milliseconds. Default 500. */
  longestStallMs?: number;
}

export interface TcpFaultProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections that are open now. */
  connections(): number;
  /** Resets every connection that is open now. */
  cutAll(): void;
  /**
   * From now on nothing is passed on, and nobody is told, as by a firewall that has forgotten its connections. Connections
   * can be opened meanwhile. What is open when the silence ends stays silent for good; later connections work.
   */
  silence(): void;
  /** From now on, whoever sends this text is answered no more, though the server gets it. */
  silenceAnswersTo(text: string): void;
  endSilence(): void;
  /** Later connections go there; those that are open now are reset. */
  redirect(target: TcpFaultProxyOptions["target"]): void;
  close(): Promise<void>;
}

/** Opens a proxy on a free loopback port. */
export async function openTcpFaultProxy(options: TcpFaultProxyOptions): Promise<TcpFaultProxy> {
  const { plan } = options;
  let { target } = options;
  const open = new Set<Link>();
  let isSilent = false;
  let unanswered: string | undefined;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const fault = plan.draw();
    if (fault?.kind === "refuse") {
      client.on("error", () => undefined);
      client.resetAndDestroy();
      return;
    }
    const onward = connect({ ...target, noDelay: true, allowHalfOpen: true });
    const isUnanswered = (sent: Buffer) => unanswered !== undefined && sent.includes(unanswered);
    const link = openLink(client, onward, { fault, isUnanswered }, options);
    if (isSilent) link.silence();
    open.add(link);
    void link.closed.then(() => open.delete(link));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.");

  const cutAll = () => {
    for (const link of open) link.cut();
  };
  const silence = () => {
    isSilent = true;
    for (const link of open) link.silence();
  };
  const endSilence = () => {
    isSilent = false;
    unanswered = undefined;
  };
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    const links = [...open];
    cutAll();
    // A reset waits for what is still to be written, which nobody may read any more.
    for (const link of links) link.destroy();
    await Promise.all([closed, ...links.map((link) => link.closed)]);
  };
  return {
    port: address.port,
    connections: () => open.size,
    cutAll,
    silence,
    silenceAnswersTo(text) {
      unanswered = text;
    },
    endSilence,
    redirect(next) {
      target = next;
      cutAll();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Link {
  closed: Promise<unknown>;
  cut(): void;
  silence(): void;
  destroy(): void;
}

function openLink(
  client: Socket,
  server: Socket,
  {
    fault,
    isUnanswered,
  }: { fault: DrawnFault<TcpFaultKind> | undefined; isUnanswered(sent: Buffer): boolean },
  { mostBytesBefore = 4_000, longestStallMs = 500 }: TcpFaultProxyOptions,
): Link {
  let leftBytes = (fault?.where ?? 0) * mostBytesBefore;
  let hasStruck = false;
  let silent: "everything" | "answers" | undefined;
  const timers = new Set<() => void>();
  const cut = () => {
    for (const wake of timers) wake();
    for (const socket of [client, server]) reset(socket);
  };
  for (const socket of [client, server]) {
    socket.on("error", () => {
      if (!silent) cut();
    });
    socket.on("close", () => {
      for (const wake of timers) wake();
    });
  }
  void pass(client, server);
  void pass(server, client);
  const silence = () => {
    silent = "everything";
  };
  const isSwallowed = (from: Socket) => silent === "everything" || (silent === "answers" && from === server);
  const destroy = () => {
    client.destroy();
    server.destroy();
  };
  return { closed: Promise.all([closed(client), closed(server)]), cut, silence, destroy };

  async function pass(from: Socket, to: Socket): Promise<void> {
    try {
      // Reading to the end must not close the other direction.
      for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        if (from === client && isUnanswered(chunk)) silent ??= "answers";
        if (!isSwallowed(from) && !(await forward(chunk, to))) return;
      }
      if (!isSwallowed(from)) to.end();
    } catch {
      if (!silent) cut();
    }
  }

  /** False where the connection is over. */
  async function forward(chunk: Buffer, to: Socket): Promise<boolean> {
    if (fault === undefined) return write(to, chunk);
    if (fault.kind === "slow" || fault.kind === "split") return inPieces(chunk, to, fault);
    leftBytes -= chunk.length;
    if (leftBytes > 0 || hasStruck) return write(to, chunk);
    hasStruck = true;
    const passed = chunk.subarray(0, chunk.length + Math.floor(leftBytes));
    if (fault.kind === "stall") {
      await write(to, passed);
      await pause(longestStallMs * fault.howLong);
      return write(to, chunk.subarray(passed.length));
    }
    await write(to, passed);
    if (fault.kind === "reset") cut();
    else {
      client.end();
      server.end();
    }
    return false;
  }

  async function inPieces(
    chunk: Buffer,
    to: Socket,
    { kind, where }: DrawnFault<TcpFaultKind>,
  ): Promise<boolean> {
    const pieceBytes = kind === "split" ? 1 + Math.floor(where * 6) : 1 + Math.floor(where * 200);
    for (let start = 0; start < chunk.length; start += pieceBytes) {
      if (!(await write(to, chunk.subarray(start, start + pieceBytes)))) return false;
      // Without a pause the kernel joins the pieces again.
      await pause(kind === "slow" ? 2 : 0);
    }
    return true;
  }

  function pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        timers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, durationMs);
      timers.add(wake);
    });
  }
}

async function write(to: Socket, bytes: Buffer): Promise<boolean> {
  if (to.destroyed || to.writableEnded) return false;
  if (bytes.length === 0 || to.write(bytes)) return true;
  await new Promise<void>((resolve) => {
    const done = () => {
      to.off("drain", done).off("close", done);
      resolve();
    };
    to.on("drain", done).on("close", done);
  });
  return !to.destroyed;
}

/** One whose end is under way cannot be reset: Node.js would neither close it nor say so. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

async function closed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  await new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
    socket.on("error", () => {
      if (socket.destroyed) resolve();
    });
  });
}
