// What the client promises, as plain functions that need nothing but `fetch`: the same on every runtime.
import {
  ApiError,
  ConnectionError,
  OomolConnectClient,
  TaskFailedError,
  type TaskLog,
  TimeoutError,
  UnexpectedResponseError,
} from "@oomol/connect-core";

/** What became of one promise; `problem` is missing where it holds. */
export interface Verdict {
  name: string;
  problem?: string;
}

/** Promises by their names; each throws where it does not hold. */
export type Checks = Record<string, (origin: string) => Promise<void>>;

/** Tries every promise against the scenarios of `scenarios.ts`, which are served below `origin`. */
export async function runSuite(origin: string, checks: Checks = clientChecks): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check(origin);
      verdicts.push({ name });
    } catch (failure) {
      verdicts.push({
        name,
        problem: failure instanceof Error ? `${failure.stack ?? failure}` : String(failure),
      });
    }
  }
  return verdicts;
}

export const block = { blockId: "pkg::echo", inputValues: { text: "Hello" } };
export const retry = { limit: 3, baseMs: 1, maxMs: 2 };

/** What every client promises; `Client` is that of core, or one that widens it. */
export function checksOf(Client: typeof OomolConnectClient): Checks {
  const client = (origin: string, scenario: string) =>
    new Client({ baseUrl: `${origin}/${scenario}/api`, retry });
  return {
    "runs to a result, asking from time to time": (origin) => runs(client(origin, "plain")),
    "runs to a result with held answers": (origin) => runs(client(origin, "held")),
    "runs to a result with a stream of events": (origin) => runs(client(origin, "events")),
    "uploads bytes and text, and tells how far it is": (origin) => uploads(client(origin, "uploads")),
    "an abort ends a wait with its own reason, and cuts the request": (origin) =>
      aborts(origin, client(origin, "endless")),
    "a deadline ends a wait": async (origin) => {
      const failure = await failureOf(client(origin, "endless").tasks.run(block, { timeoutMs: 200 }));
      ok(failure instanceof TimeoutError, failure);
    },
    "a read is repeated after trouble": async (origin) => {
      const { tasks } = await client(origin, "flaky").tasks.list();
      equal(tasks, []);
    },
    "a refusal is an ApiError": async (origin) => {
      const failure = await failureOf(client(origin, "refusing").tasks.list());
      ok(failure instanceof ApiError && failure.status === 401, failure);
    },
    "a failed block is a TaskFailedError with its reason": async (origin) => {
      const failure = await failureOf(client(origin, "failing").tasks.run(block));
      ok(failure instanceof TaskFailedError && failure.reason === "no good", failure);
    },
    "a gateway's page is an UnexpectedResponseError": async (origin) => {
      const failure = await failureOf(client(origin, "gateway").tasks.list());
      ok(failure instanceof UnexpectedResponseError, failure);
    },
    "a server that is not there is a ConnectionError": async () => {
      const nobody = new Client({ baseUrl: "http://127.0.0.1:5/api", retry: false });
      const failure = await failureOf(nobody.tasks.list());
      ok(failure instanceof ConnectionError, failure);
    },
    "downloads what a result names, going on where the connection broke": (origin) =>
      downloads(client(origin, "files")),
  };
}

export const clientChecks = checksOf(OomolConnectClient);

export async function runs({ tasks }: OomolConnectClient): Promise<void> {
  const logs: TaskLog[] = [];
  const { result } = await tasks.run(block, { onLog: (log) => void logs.push(log) });
  equal(result, { text: "Hello" });
  equal(
    logs.map((log) => [log.id, log.type]),
    [
      [1, "BlockProgress"],
      [2, "BlockFinished"],
    ],
  );
}

export async function uploads({ tasks }: OomolConnectClient): Promise<void> {
  const bytes = new Uint8Array(8_000_000).fill(7);
  const loaded: number[] = [];
  const phases = new Set<string>();
  const files = [{ data: bytes, name: "big.bin" }, new File(["text"], "note.txt", { type: "text/markdown" })];
  const { result } = await tasks.runWithFiles("pkg::files", { a: 1 }, files, {
    onUploadProgress: (progress) => {
      loaded.push(progress.loaded);
      phases.add(progress.phase);
    },
  });
  equal(result, {
    files: [
      ["big.bin", "application/octet-stream", 8_000_000, 56_000_000],
      ["note.txt", "text/markdown", 4, 453],
    ],
    a: 1,
  });
  equal(
    loaded,
    [...loaded].sort((one, other) => one - other),
  );
  equal(loaded.at(-1), 8_000_004);
  ok(phases.has("accepted"), [...phases]);
}

async function aborts(origin: string, { tasks }: OomolConnectClient): Promise<void> {
  const abort = new AbortController();
  const reason = new Error("enough");
  const run = tasks.run(block, {
    signal: abort.signal,
    onLog: () => abort.abort(reason),
  });
  equal(await failureOf(run), reason);
  // Answered when the server has seen the connection go.
  equal(await (await fetch(`${origin}/cut`)).text(), "cut");
}

export async function downloads({ tasks }: OomolConnectClient): Promise<void> {
  const outcome = await tasks.run(block);
  const file = await tasks.download(outcome, outcome.result.file);
  equal([file.name, file.type, file.sizeBytes], ["big.bin", "application/x-test", 1_000_000]);
  const bytes = await file.bytes();
  equal(bytes.length, 1_000_000);
  ok(
    bytes.every((byte, index) => byte === index % 251),
    "other bytes",
  );
}

export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return `nothing failed: ${JSON.stringify(await promise)}`;
  } catch (failure) {
    return failure;
  }
}

export function equal(seen: unknown, expected: unknown): void {
  if (seen === expected) return;
  const texts = [seen, expected].map((value) =>
    value instanceof Error ? String(value) : JSON.stringify(value),
  );
  if (texts[0] !== texts[1] || seen instanceof Error)
    throw new Error(`expected ${texts[1]}, saw ${texts[0]}`);
}

export function ok(holds: boolean, seen: unknown): void {
  if (!holds) throw new Error(`saw ${seen instanceof Error ? seen.stack : JSON.stringify(seen)}`);
}
