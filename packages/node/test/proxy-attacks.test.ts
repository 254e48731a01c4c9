import { connect } from "node:net";
import { bodyOf, serve } from "@oomol/test-helpers/serve";
import { expect, test } from "vitest";
import { attacks } from "./helpers/attacks.ts";
import { openProxy } from "./helpers/open-proxy.ts";

const apiToken = "api-secret-of-the-server";
/** All that may ever reach a server, whoever asks. */
const knownHeaders = [
  ...["accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "host"],
  ...["idempotency-key", "if-none-match", "last-event-id", "prefer", "range", "transfer-encoding"],
  // What fetch adds by itself.
  ...["accept-language", "cache-control", "pragma", "sec-fetch-mode", "user-agent"],
];

test.each(attacks)(
  "$attack: $status",
  async ({ request, status, upstream = [], isStoppedBefore = false }) => {
    const seen: string[] = [];
    const strange: unknown[] = [];
    await using server = await serve(async (message, response) => {
      strange.push(...Object.keys(message.headers).filter((name) => !knownHeaders.includes(name)));
      if (message.headers.authorization !== apiToken) strange.push(message.headers.authorization);
      const whole = await bodyOf(message).catch(() => undefined);
      seen.push(`${message.method} ${message.url}${whole ? "" : " (broken off)"}`);
      if (whole?.includes("evil") || whole?.includes("other")) strange.push(whole.toString());
      response.setHeader("content-type", "application/json");
      response.setHeader("set-cookie", "a=b");
      response.end('{"success":true,"blocks":[],"task":{"id":"1","status":"created"},"logs":[]}');
    });
    await using proxy = await openProxy({
      baseUrl: `${server.origin}/api`,
      apiToken,
      allowBlocks: ["ok::block", "all::*"],
      maxInputBytes: 10_000,
      maxUploadBytes: 20_000,
    });
    const answer = await sendRaw(proxy.port, request);
    expect(answer.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    await expect.poll(() => seen).toEqual(upstream);
    expect(strange).toEqual([]);
    expect(answer).not.toContain(apiToken);
    expect(answer).not.toContain(String(server.port));
    expect(answer.toLowerCase()).not.toMatch(/set-cookie|x-evil|evil\.test/);
    expect(answer.toLowerCase().includes("x-content-type-options: nosniff")).toBe(!isStoppedBefore);
  },
);

/** Sends text as it stands, which neither `fetch` nor `node:http` would. */
function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1");
    socket.setEncoding("latin1").on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("end", () => resolve(answer)).on("error", reject);
    socket.write(text);
  });
}
