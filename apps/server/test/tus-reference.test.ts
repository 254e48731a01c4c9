import { serveTus } from "@oomol/test-helpers/serve-tus";
import { expect, test } from "vitest";
import { openTestServer } from "./open-test-server.ts";
import { idOfUpload, tus } from "./tus-requests.ts";

/** What a client of tus goes by: the headers that mean the same whoever serves. */
const compared = [
  "tus-resumable",
  "upload-offset",
  "upload-length",
  "upload-defer-length",
  "upload-metadata",
];

type Step = [method: string, headers?: Record<string, string>, body?: string];

const piece = { "Content-Type": "application/offset+octet-stream" };
const at = (offset: number, more: Record<string, string> = {}) => ({
  ...piece,
  "Upload-Offset": String(offset),
  ...more,
});

/**
 * Without what tus says and the other does not do: another version is 412, and `X-HTTP-Method-Override` counts. Each begins with a
 * creation; the others go to what it has made.
 */
const stories: Record<string, Step[]> = {
  "an upload in two pieces": [
    ["POST", { "Upload-Length": "6", "Upload-Metadata": "filename YS50eHQ=,filetype dGV4dC9wbGFpbg==" }],
    ["HEAD"],
    ["PATCH", at(0), "abc"],
    ["HEAD"],
    ["PATCH", at(3), "def"],
    ["HEAD"],
  ],
  "a wrong offset, and going on": [
    ["POST", { "Upload-Length": "6" }],
    ["PATCH", at(0), "abc"],
    ["PATCH", at(0), "abc"],
    ["PATCH", at(5), "f"],
    ["PATCH", at(3), "def"],
  ],
  "a length that comes later": [
    ["POST", { "Upload-Defer-Length": "1" }],
    ["HEAD"],
    ["PATCH", at(0), "abc"],
    ["PATCH", at(3, { "Upload-Length": "4" }), "d"],
    ["HEAD"],
  ],
  "all of it with the creation": [["POST", { ...piece, "Upload-Length": "3" }, "abc"], ["HEAD"]],
  "an upload that is deleted": [
    ["POST", { "Upload-Length": "3" }],
    ["DELETE"],
    ["HEAD"],
    ["PATCH", at(0), "abc"],
  ],
  "an empty one": [["POST", { "Upload-Length": "0" }], ["HEAD"]],
  "a creation that says nothing": [["POST"]],
  "a creation that says two things": [["POST", { "Upload-Length": "1", "Upload-Defer-Length": "1" }]],
};

async function tell(origin: string, steps: readonly Step[]) {
  let path = "/api/v1/uploads";
  const seen: object[] = [];
  for (const [method, headers = {}, body] of steps) {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: { ...tus, ...headers },
      ...(body !== undefined && { body }),
    });
    await answer.body?.cancel();
    const location = answer.headers.get("Location");
    if (location !== null) path = `/api/v1/uploads/${idOfUpload(location)}`;
    const told = compared.map((name) => [name, answer.headers.get(name)]);
    seen.push({ method, status: answer.status, ...Object.fromEntries(answer.ok ? told : []) });
  }
  return seen;
}

test.each(Object.entries(stories))("answers as another server of tus does: %s", async (_name, steps) => {
  await using ours = await openTestServer();
  await using reference = await serveTus();
  expect(await tell(new URL(ours.url).origin, steps)).toEqual(await tell(reference.origin, steps));
});
