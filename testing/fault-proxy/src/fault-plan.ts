import { createRandom } from "./random.ts";

export interface FaultPlanOptions<Kind extends string> {
  /** The same seed strikes the same ones, counted in the order in which they come, in the same way. */
  seed: number;
  /** Which share of them is struck, 0 to 1. */
  share: number;
  /** What may happen, each as likely. */
  kinds: readonly Kind[];
}

/** A fault that was drawn, with the numbers (0 to 1) that decide where and how long. */
export interface DrawnFault<Kind extends string> {
  kind: Kind;
  where: number;
  howLong: number;
}

/** Decides which connections or requests are struck, and keeps count. */
export interface FaultPlan<Kind extends string> {
  /** The fault for the next one, if any. */
  draw(): DrawnFault<Kind> | undefined;
  /** Nothing is struck from now on. */
  end(): void;
  /** How often each kind has struck. */
  readonly tally: Readonly<Record<Kind, number>>;
  /** How many have been asked about. */
  readonly drawn: number;
}

/** Creates a plan; the same one may serve several proxies. */
export function createFaultPlan<Kind extends string>({
  seed,
  share,
  kinds,
}: FaultPlanOptions<Kind>): FaultPlan<Kind> {
  const random = createRandom(seed);
  const tally = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>;
  let drawn = 0;
  let isOver = false;
  return {
    tally,
    get drawn() {
      return drawn;
    },
    draw() {
      drawn += 1;
      // Always as many numbers, so that one that is spared does not move the next ones.
      const [chance, choice, where, howLong] = [random(), random(), random(), random()];
      const kind = kinds[Math.floor(choice * kinds.length)];
      if (isOver || chance >= share || kind === undefined) return undefined;
      tally[kind] += 1;
      return { kind, where, howLong };
    },
    end() {
      isOver = true;
    },
  };
}
