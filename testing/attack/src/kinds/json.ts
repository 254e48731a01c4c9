import type { AttackInput, AttackKind } from "../attack-kind.ts";
import { taskBody } from "../target.ts";

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const inBody = (value: string) =>
  `{"manifest":"attack::say","inputValues":[{"nodeId":"_","inputs":[{"handle":"value","value":${value}}]}]}`;

/** Refused, with one of these. */
const refused = (name: string, body: () => string, statuses = [400, 413]): AttackInput => ({
  name,
  async send(target) {
    const status = await target.postJson(body());
    return statuses.includes(status) ? undefined : `it was answered with ${status}`;
  },
});

/** Taken or refused, as long as it costs nothing. */
const endured = (name: string, body: () => string): AttackInput => ({
  name,
  async send(target) {
    const status = await target.postJson(body());
    return status < 500 ? undefined : `it was answered with ${status}`;
  },
});

const mebibyte = 2 ** 20;
const many = (count: number) => Array.from({ length: count }, (_, index) => index);

export const depth: AttackKind = {
  name: "depth of JSON",
  inputs: [
    ...[101, 1_000, 10_000, 300_000, 8 * mebibyte - 200].flatMap((levels) => [
      refused(`${levels} lists`, () => nested(levels)),
      refused(`${levels} lists as a value`, () => inBody(nested(levels))),
    ]),
    ...[101, 10_000, 1_000_000].map((levels) => refused(`${levels} objects`, () => inBody(objects(levels)))),
    refused("brackets that never close", () => "[".repeat(600_000)),
    refused("brackets within a text", () => inBody(`"${nested(600_000)}`)),
    {
      name: "a field of a form",
      async send(target) {
        const form = new FormData();
        form.set("manifest", "attack::say");
        form.set("inputValues", nested(1_000_000));
        const status = await target.status("/v1/tasks", { method: "POST", body: form });
        return status === 400 ? undefined : `it was answered with ${status}`;
      },
    },
  ],
};

export const sizes: AttackKind = {
  name: "sizes",
  inputs: [
    refused("a body of 17 MiB", () => JSON.stringify("x".repeat(17 * mebibyte))),
    endured("a text of 15 MiB", () => inBody(JSON.stringify("x".repeat(15 * mebibyte)))),
    endured("a text of 15 MiB with one Chinese character", () =>
      inBody(JSON.stringify(`${"x".repeat(15 * mebibyte)}语`)),
    ),
    endured("a text of 15 MiB in Chinese", () => inBody(JSON.stringify("语".repeat(5 * mebibyte)))),
    endured("a text of 15 MiB with one emoji before it", () =>
      inBody(JSON.stringify(`😀${"x".repeat(15 * mebibyte)}`)),
    ),
    endured("13 MiB under names in Chinese", () =>
      inBody(JSON.stringify(Object.fromEntries(many(40_000).map((at) => [`语${at}`, "x".repeat(340)])))),
    ),
    {
      name: "a field of a form of 15 MiB with one Chinese character",
      async send(target) {
        const form = new FormData();
        form.set("manifest", "attack::say");
        const value = JSON.stringify(`${"x".repeat(15 * mebibyte)}语`);
        form.set("inputValues", `[{"nodeId":"_","inputs":[{"handle":"value","value":${value}}]}]`);
        const status = await target.status("/v1/tasks", { method: "POST", body: form });
        return status < 500 ? undefined : `it was answered with ${status}`;
      },
    },
    endured("half a million numbers", () => inBody(JSON.stringify(many(500_000)))),
    endured("100,000 names", () =>
      inBody(JSON.stringify(Object.fromEntries(many(100_000).map((at) => [`n${at}`, at])))),
    ),
    refused(
      "200,000 handles",
      () => taskBody("say", Object.fromEntries(many(200_000).map((at) => [`h${at}`, at]))),
      [400, 413, 422],
    ),
    refused(
      "100,000 nodes",
      () =>
        JSON.stringify({
          manifest: "attack::say",
          inputValues: many(100_000).map((at) => ({ nodeId: `n${at}`, inputs: [] })),
        }),
      [400, 413, 422],
    ),
    refused("a block id of a megabyte", () =>
      JSON.stringify({ manifest: `attack::${"x".repeat(mebibyte)}` }),
    ),
    refused("a name of a package of a megabyte", () =>
      JSON.stringify({ manifest: `${"x".repeat(mebibyte)}::say` }),
    ),
    refused("half a JSON text", () => '{"manifest":"attack::say","inputValues":[{'),
    refused("no JSON", () => "\u0000\u0001"),
    refused("a list", () => "[]"),
    {
      name: "an address of 100 kB",
      async send(target) {
        const answer = await target.raw(
          `GET /api/v1/tasks/${"x".repeat(100_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
        );
        return /^HTTP\/1.1 [45]/.test(answer) || answer === "" ? undefined : answer.slice(0, 60);
      },
    },
    {
      name: "headers of 1 MB",
      async send(target) {
        const answer = await target.raw(
          `GET /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ${"x".repeat(1_000_000)}\r\n\r\n`,
        );
        return /^HTTP\/1.1 431/.test(answer) || answer === "" ? undefined : answer.slice(0, 60);
      },
    },
    {
      name: "5,000 fields of a form",
      async send(target) {
        const form = new FormData();
        for (const at of many(5_000)) form.append(`field${at}`, "x");
        const status = await target.status("/v1/tasks", { method: "POST", body: form });
        return status >= 400 && status < 500 ? undefined : `it was answered with ${status}`;
      },
    },
    {
      name: "2,000 files of a form",
      async send(target) {
        const form = new FormData();
        form.set("manifest", "attack::say");
        for (const at of many(2_000)) form.append("files", new File(["x"], `f${at}`));
        const status = await target.status("/v1/tasks", { method: "POST", body: form });
        return status >= 400 && status < 500 ? undefined : `it was answered with ${status}`;
      },
    },
    ...["wait=99999999999999999999", "wait=-1", "wait=NaN", `wait=${"9".repeat(8_000)}`].map(
      (prefer): AttackInput => ({
        name: `Prefer: ${prefer.slice(0, 30)}`,
        async send(target, signal) {
          const headers = { Prefer: prefer };
          const short = AbortSignal.any([signal, AbortSignal.timeout(1_000)]);
          const status = await target.status("/v1/tasks/none", { headers, signal: short });
          return status < 500 ? undefined : `it was answered with ${status}`;
        },
      }),
    ),
    ...["after=99999999999999999999", "after=-99999999999", "after=1e9", "after=%00"].map(
      (query): AttackInput => ({
        name: `logs?${query}`,
        async send(target) {
          const id = await target.start("say", { value: 1 });
          const status = await target.status(`/v1/tasks/${id}/logs?${query}`);
          return status < 500 ? undefined : `it was answered with ${status}`;
        },
      }),
    ),
  ],
};
