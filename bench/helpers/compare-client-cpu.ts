import { inTurns, type Measurement, medianAndSpread, ratios } from "./measure.ts";

type Call = () => Promise<unknown>;

/** The same done bare by `fetch` and by undici, and by both clients. */
export type ClientCalls = Record<"fetch" | "undici" | "core" | "node", Call>;

export interface ClientCpuOptions {
  rounds: number;
  callsPerRound: number;
  /** What the two bare ones are called in the table. */
  bare: Record<"fetch" | "undici", string>;
}

/** User and system time of this process for each call, in turns. */
export async function compareClientCpu(
  calls: ClientCalls,
  { rounds, callsPerRound, bare }: ClientCpuOptions,
): Promise<Pick<Measurement, "columns" | "rows">> {
  const cpuMicros = (call: Call) => async () => {
    const before = process.cpuUsage();
    for (let count = 0; count < callsPerRound; count += 1) await call();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / callsPerRound;
  };
  const micros = await inTurns(
    {
      fetch: cpuMicros(calls.fetch),
      undici: cpuMicros(calls.undici),
      core: cpuMicros(calls.core),
      node: cpuMicros(calls.node),
    },
    { rounds },
  );
  const row = (name: string, own: number[]) => [
    name,
    medianAndSpread(own, 0),
    medianAndSpread(ratios(own, micros.fetch)),
    medianAndSpread(ratios(own, micros.undici)),
  ];
  return {
    columns: ["client", "µs of CPU", "× bare fetch", "× undici.request"],
    rows: [
      row(bare.fetch, micros.fetch),
      row(bare.undici, micros.undici),
      row("connect-core, on `fetch`", micros.core),
      row("connect-node, on undici", micros.node),
    ],
  };
}
