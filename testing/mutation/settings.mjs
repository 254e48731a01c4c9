import { fileURLToPath } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Settings of the quick tests, which run again for every mutant. */
export const quick = {
  // No process per file: which mutant is on is asked at run time, so that modules need not be loaded anew.
  isolate: false,
  // A test that a mutant makes hang fails by itself: Stryker would have to start its runner anew.
  testTimeout: 10_000,
  hookTimeout: 10_000,
  expect: { poll: { timeout: 5_000 } },
};

/** What both runs share; each runs in the folder of its package. */
export const settingsFor = (name, mutate) => ({
  mutate,
  // The package's own files are changed, one mutant at a time, and put back: siblings and settings are found as always.
  inPlace: true,
  testRunner: "vitest",
  plugins: [fileURLToPath(import.meta.resolve("@stryker-mutator/vitest-runner"))],
  vitest: { configFile: here(`./${name}.vitest.ts`), related: false },
  coverageAnalysis: "perTest",
  ignoreStatic: true,
  // Sentences are checked where tests quote them; a changed word elsewhere is no wrong behaviour.
  mutator: { excludedMutations: ["StringLiteral"] },
  concurrency: 1,
  timeoutMS: 2_000,
  timeoutFactor: 1.5,
  disableTypeChecks: false,
  checkers: [],
  reporters: ["clear-text", "json"],
  clearTextReporter: { reportTests: false, allowColor: false, logTests: false },
  jsonReporter: { fileName: here(`./.reports/${name}.json`) },
  tempDirName: here(`./.reports/${name}`),
  allowEmpty: true,
});
