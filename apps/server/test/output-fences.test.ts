import { expect, test } from "vitest";
import { createOutputFences } from "../src/broker/output-fences.ts";

test.each([Number.POSITIVE_INFINITY, Number.NaN, 1e300, 1.5])(
  "a fence %d counts for nothing, those behind it do",
  (said) => {
    const fences = createOutputFences();
    for (let party = 0; party < 3; party += 1) expect(fences.arrive(said)).toBeUndefined();
    const arrived = [1, 2, 3].map(() => fences.arrive(1) !== undefined);
    expect(arrived).toEqual([true, true, false]);
  },
);
