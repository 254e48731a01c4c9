import type { AttackInput, AttackKind } from "../attack-kind.ts";
import { type Target, tokens } from "../target.ts";

const made = new WeakMap<Target, Promise<string>>();

async function leave(target: Target): Promise<string> {
  const id = await target.start("leave");
  await target.waitForEnd(id);
  return id;
}

/** As it is written: a library would tidy it up. */
const fetched = (path: string, isRight: (answer: string) => boolean): AttackInput => ({
  name: path,
  async send(target) {
    const making = made.get(target) ?? leave(target);
    made.set(target, making);
    const id = await making;
    const answer = await target.raw(
      `GET /api/v1/tasks/${path.replace("ID", id)} HTTP/1.1\r\nHost: ${new URL(target.url).host}\r\nAuthorization: ${tokens.ann}\r\nConnection: close\r\n\r\n`,
    );
    return isRight(answer) ? undefined : answer.slice(0, 60);
  },
});

const isRefused = (answer: string) => answer === "" || /^HTTP\/1.1 4/.test(answer);
const has = (header: RegExp) => (answer: string) => header.test(answer);

const outside = [
  ...[
    "../connect.db",
    "../../connect.db",
    "..%2f..%2fconnect.db",
    "%2e%2e/%2e%2e/connect.db",
    "..%5c..%5cconnect.db",
  ],
  ...[
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "a.txt%00",
    "a.txt%00.png",
    "%zz",
    "%c0%ae%c0%ae",
    "....//connect.db",
  ],
  ...["a.txt/", "a.txt/..", ".", "", "a%2e.txt", "A.TXT%20", "%252e%252e/connect.db", "a".repeat(5_000)],
];

export const paths: AttackKind = {
  name: "paths and files",
  inputs: [
    ...outside.map((path) => fetched(`ID/files/${path}`, isRefused)),
    ...["%00", "..", "%2e%2e", "a%00b", "x".repeat(10_000), "%0d%0aX: y"].map((id) => fetched(id, isRefused)),
    ...["%00", "a%00b"].map((id) => fetched(`${id}/logs`, isRefused)),
    fetched("ID/files/page.html", has(/content-security-policy: sandbox/i)),
    fetched("ID/files/picture.svg", has(/content-security-policy: sandbox/i)),
    fetched("ID/files/code.js", (answer) => !/content-type: [^\r]*javascript/i.test(answer)),
  ],
};
