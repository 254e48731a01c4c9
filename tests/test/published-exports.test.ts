import { expect, test } from "vitest";
import { publishedPackages } from "./helpers/published-packages.ts";

test.each(publishedPackages())("$name publishes the doors that it has in the repository", ({ manifest }) => {
  const { exports: doors = {}, publishConfig } = manifest as {
    exports?: object;
    publishConfig?: { exports?: object };
  };
  const published = Object.entries(doors).map(([path, target]) => [path, withoutSource(target)]);
  expect(publishConfig?.exports ?? doors).toEqual(Object.fromEntries(published));
});

/** Sources are for the repository alone. */
function withoutSource(target: unknown): unknown {
  if (typeof target !== "object" || target === null) return target;
  return Object.fromEntries(Object.entries(target).filter(([condition]) => condition !== "@oomol/source"));
}
