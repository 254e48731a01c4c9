import type { AttackInput, AttackKind } from "../attack-kind.ts";
import { tokens } from "../target.ts";

const head = `Host: 127.0.0.1\r\nAuthorization: ${tokens.ann}\r\n`;

/** No second answer, and no success, may come of it. */
const refused = (name: string, bytes: string): AttackInput => ({
  name,
  async send(target) {
    const answer = await target.raw(Buffer.from(bytes, "latin1"));
    return /HTTP\/1.1 2/.test(answer) ? answer.slice(0, 60) : undefined;
  },
});

export const rawHttp: AttackKind = {
  name: "HTTP that is none",
  inputs: [
    refused(
      "two lengths",
      `POST /api/v1/tasks HTTP/1.1\r\n${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}`,
    ),
    refused(
      "a length and chunks",
      `POST /api/v1/tasks HTTP/1.1\r\n${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v1/tasks HTTP/1.1\r\n${head}\r\n`,
    ),
    refused("a negative length", `POST /api/v1/tasks HTTP/1.1\r\n${head}Content-Length: -1\r\n\r\n`),
    refused(
      "a chunk that is too long",
      `POST /api/v1/tasks HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n`,
    ),
    refused("an unknown coding", `POST /api/v1/tasks HTTP/1.1\r\n${head}Transfer-Encoding: gzip\r\n\r\nx`),
    refused("a header without a name", `GET /api/v1/tasks HTTP/1.1\r\n${head}: x\r\n\r\n`),
    refused("a header with a space", `GET /api/v1/tasks HTTP/1.1\r\n${head}X Y: x\r\n\r\n`),
    refused("a NUL in a header", `GET /api/v1/tasks HTTP/1.1\r\n${head}X: a\0b\r\n\r\n`),
    refused("two hosts", `GET /api/v1/tasks HTTP/1.1\r\n${head}Host: evil.example\r\n\r\n`),
    refused("no host", `GET /api/v1/tasks HTTP/1.1\r\nAuthorization: ${tokens.ann}\r\n\r\n`),
    refused("another protocol", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    refused("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    refused("nothing but lines", "\r\n".repeat(10_000)),
    refused(
      "an upgrade",
      `GET /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    ),
    refused("a method that nobody knows", `BREW /api/v1/tasks HTTP/1.1\r\n${head}\r\n`),
  ],
};
