import fc from "fast-check";
import { expect, test } from "vitest";
import { openTestServer } from "./open-test-server.ts";

// Bounded and seeded: what failed once fails again.
const settings = { seed: 20_261_122, numRuns: 4, endOnFailure: true };

/** What JSON may hold and code may stumble over. */
const nasty = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, "", "lab::shout", "lab::nothing", "../..", "a/+/#", [], {}, 1e300, -1),
  fc.constant({ toString: 1, valueOf: null }),
  fc.constant({ constructor: { name: null }, hasOwnProperty: 1, handle: 7, length: -1 }),
);

// Without SessionFinished, which executors themselves obey.
const type = fc.constantFrom(
  ...["BlockReady", "BlockOutput", "BlockOutputs", "BlockError", "BlockProgress", "BlockLog", "BlockLogJSON"],
  ...["BlockWarning", "BlockMessage", "BlockPreview", "BlockRequest", "BlockRequest", "BlockRequest"],
  ...["ExecutorReady", "BlockStarted", "nothing", "toString", "__proto__"],
);

const field = fc.constantFrom(
  ...["handle", "output", "outputs", "options", "progress", "error", "log", "json", "payload", "stacks"],
  ...["warning", "block", "block_job_id", "strict", "identifier", "executor_name", "package", "sequence"],
);

const action = fc.constantFrom(
  ...["RunBlock", "QueryBlock", "QueryDownstream", "QueryAuth", "Preview", "UpdateNodeWeight", "nothing"],
);

const message = fc
  .record({
    type,
    session_id: fc.constant("SESSION"),
    job_id: fc.constantFrom<unknown>("JOB", "JOB", "JOB", "another", 7),
    action: fc.oneof({ weight: 9, arbitrary: action }, { weight: 1, arbitrary: nasty }),
    request_id: fc.oneof(fc.uuid(), nasty),
    fields: fc.dictionary(field, nasty, { maxKeys: 6 }),
  })
  .map(({ fields, ...known }) => JSON.stringify({ ...fields, ...known }));

const text = fc.oneof(
  { weight: 9, arbitrary: message },
  { weight: 1, arbitrary: fc.oneof(fc.json(), fc.string()) },
);

test("whatever an executor says, its task ends, and the server runs the next one", async () => {
  await using server = await openTestServer();
  const kept = JSON.stringify({
    type: "BlockRequest",
    action: "RunBlock",
    session_id: "SESSION",
    job_id: "JOB",
    request_id: "r",
    block: { toString: 1 },
    block_job_id: "b",
  });
  const messages = fc.array(text, { minLength: 60, maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(messages, async (said) => {
      const id = await server.start("lab::babble", { messages: said });
      expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
      expect(await server.finish(id)).toMatchObject({ result: { said: said.length } });
    }),
    { ...settings, examples: [[[kept]]] },
  );
  const id = await server.start("lab::shout", { text: "still here" });
  await server.waitForEnd(id);
  expect(await server.finish(id)).toMatchObject({ result: { loud: "STILL HERE!" } });
});
