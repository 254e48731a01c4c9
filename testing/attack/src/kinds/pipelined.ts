import type { AttackInput, AttackKind } from "../attack-kind.ts";
import { tokens } from "../target.ts";

const head = `Host: 127.0.0.1\r\nAuthorization: ${tokens.ann}\r\n`;
const get = (path: string) => `GET ${path} HTTP/1.1\r\n${head}\r\n`;
const post = (body: string) =>
  `POST /api/v1/tasks HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** All in one write, each answered with this status. */
const answered = (name: string, request: string, count: number, status: number): AttackInput => ({
  name,
  async send(target) {
    const answer = await target.raw(request.repeat(count), { quietMs: 2_000 });
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => Number(code));
    return statuses.every((one) => one === status)
      ? undefined
      : `some were answered otherwise than ${status}`;
  },
});

/** Requests that one client writes without waiting for answers. */
export const pipelined: AttackKind = {
  name: "requests at once",
  inputs: [
    answered("5,000 that ask for a task that is none", get("/api/v1/tasks/none"), 5_000, 404),
    answered("2,000 lists of blocks", get("/api/v1/blocks"), 2_000, 200),
    answered("2,000 bodies that are refused", post('{"manifest":"attack::none"}'), 2_000, 404),
    answered("20,000 for nothing", get("/none"), 20_000, 404),
  ],
};
