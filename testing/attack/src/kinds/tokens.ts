import type { AttackInput, AttackKind } from "../attack-kind.ts";
import { tokens as known } from "../target.ts";

const turnedAway = (name: string, headers: Record<string, string>, path = "/v1/tasks"): AttackInput => ({
  name,
  async send(target) {
    const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}\r\n`);
    const request = `GET /api${path} HTTP/1.1\r\nHost: ${new URL(target.url).host}\r\n${lines.join("")}Connection: close\r\n\r\n`;
    const answer = await target.raw(Buffer.from(request, "latin1"));
    return /^HTTP\/1.1 (4\d\d)/.test(answer) || answer === "" ? undefined : answer.slice(0, 40);
  },
});

/** What is no token, or not sent by somebody who may. */
export const tokens: AttackKind = {
  name: "tokens and origins",
  inputs: [
    turnedAway("none", {}),
    turnedAway("an empty one", { Authorization: "" }),
    turnedAway("another scheme", { Authorization: `Basic ${btoa(`ops:${known.ops}`)}` }),
    turnedAway("more than it as a bearer", { Authorization: `Bearer ${known.ops}x` }),
    turnedAway("two schemes", { Authorization: `Bearer Bearer ${known.ops}` }),
    turnedAway("in capitals", { Authorization: known.ops.toUpperCase() }),
    turnedAway("its beginning", { Authorization: known.ops.slice(0, -1) }),
    turnedAway("more than it", { Authorization: `${known.ops}x` }),
    turnedAway("two", { Authorization: `${known.ann},${known.bob}` }),
    turnedAway("a pattern", { Authorization: "attack-*" }),
    turnedAway("a line of the file", { Authorization: `{ name: ops, token: ${known.ops}, roles: [admin] }` }),
    turnedAway("a name", { Authorization: "name:ops" }),
    turnedAway("a long one", { Authorization: "x".repeat(15_000) }),
    turnedAway("bytes", { Authorization: "\u0080\u00ff" }),
    turnedAway("in a cookie", { Cookie: `Authorization=${known.ops}` }),
    turnedAway("in the address", {}, `/v1/tasks?Authorization=${known.ops}`),
    turnedAway("the same for /metrics", {}, "/../metrics"),
    turnedAway("a page of another origin", { Authorization: known.ops, Origin: "https://evil.example" }),
    turnedAway("a page of no origin", { Authorization: known.ops, Origin: "null" }),
    turnedAway("an origin that begins like ours", {
      Authorization: known.ops,
      Origin: "http://127.0.0.1.evil.example",
    }),
    {
      name: "a name that was pointed at this machine",
      async send(target) {
        const answer = await target.raw(
          `GET /api/v1/tasks HTTP/1.1\r\nHost: evil.example\r\nAuthorization: ${known.ops}\r\nConnection: close\r\n\r\n`,
        );
        return answer.startsWith("HTTP/1.1 403") ? undefined : answer.slice(0, 40);
      },
    },
  ],
};
