import { topics } from "@oomol/scriptlet/wire";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createRoom } from "../src/broker/room.ts";
import type { SessionMessage } from "../src/broker/session-message.ts";
import { openTestServer } from "./open-test-server.ts";

const sentence =
  'The input "text" holds 9007199254740993, which readers of JSON change to 9007199254740992; give it as text.';
const inputValues = (value: string) => `[{"nodeId":"_","inputs":[{"handle":"text","value":${value}}]}]`;

test("an input with a number that reading would change is refused by its name, in JSON, a form and a large body", async () => {
  await using server = await openTestServer();
  const post = async (body: string | FormData) => {
    const headers = typeof body === "string" ? { "Content-Type": "application/json" } : {};
    const response = await server.request("/v1/tasks", { method: "POST", body, headers });
    const { message } = (await response.json()) as { message?: string };
    return [response.status, message];
  };
  const json = (value: string) => `{"manifest":"lab::shout","inputValues":${inputValues(value)}}`;
  expect(await post(json("9007199254740993"))).toEqual([400, sentence]);
  expect(await post(json('{"rows":[0.5,9007199254740993]}'))).toEqual([400, sentence]);
  expect(await post(json(`["${"x".repeat(300_000)}",9007199254740993]`))).toEqual([400, sentence]);
  expect(await post(json("1e400"))).toEqual([
    400,
    'The input "text" holds 1e400, which readers of JSON change; give it as text.',
  ]);
  const form = new FormData();
  form.set("manifest", "lab::shout");
  form.set("inputValues", inputValues("9007199254740993"));
  expect(await post(form)).toEqual([400, sentence]);
  expect((await post(json('"9007199254740993"')))[0]).toBe(200);
});

test("what a block says with such a number is kept as text, and its job is warned once", () => {
  const room = createRoom("one", pino({ level: "silent" }));
  const heard: SessionMessage[] = [];
  const passedOn: string[] = [];
  room.listen((message) => heard.push(message));
  const member = { role: "executor" as const, hears: () => true, hold: () => undefined };
  room.join({ ...member, send: (_topic, payload) => passedOn.push(payload.toString()) });
  const speaker = { ...member, send: () => undefined };
  room.join(speaker);
  const said =
    '{"type":"BlockOutput","session_id":"one","job_id":"j","handle":"id","output":9007199254740993}';
  for (let turn = 0; turn < 2; turn += 1) room.receive(speaker, topics.session("one"), said);
  const output = {
    type: "BlockOutput",
    session_id: "one",
    job_id: "j",
    handle: "id",
    output: "9007199254740993",
  };
  expect(heard).toEqual([
    output,
    {
      type: "BlockWarning",
      session_id: "one",
      job_id: "j",
      warning:
        'The output "id" of the block holds 9007199254740993, which readers of JSON change to 9007199254740992; it is kept as text. Give it as text.',
    },
    output,
  ]);
  // Others of the session may be able to read it.
  expect(passedOn).toEqual([said, said]);
});

test.each([
  ["BlockFinished", '"result":{"a":1,"b":[-9223372036854775809]}', 'The output "b"'],
  ["BlockOutputs", '"outputs":{"c":9007199254740993}', 'The output "c"'],
  ["BlockLogJSON", '"json":{"handle":9007199254740993}', "A message (BlockLogJSON)"],
])("the warning names the place in a %s", (type, content, place) => {
  const room = createRoom("one", pino({ level: "silent" }));
  const warnings: unknown[] = [];
  room.listen(({ warning }) => warnings.push(warning));
  const speaker = {
    role: "executor" as const,
    hears: () => false,
    hold: () => undefined,
    send: () => undefined,
  };
  room.join(speaker);
  room.receive(
    speaker,
    topics.session("one"),
    `{"type":"${type}","session_id":"one","job_id":"j",${content}}`,
  );
  expect(warnings).toEqual([undefined, expect.stringContaining(`${place} of the block holds`)]);
});
