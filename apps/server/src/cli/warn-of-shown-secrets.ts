import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import { statOf, variablesIn } from "../processes/hide-environment.ts";

/** Warns if blocks can still read secrets of the environment: of this program, or of the programs that started it. */
export function warnOfShownSecrets(isHidden: boolean, log: Logger): void {
  const held = secrets.filter((name) => process.env[name]);
  if (held.length === 0) return;
  const advice =
    "put them into files (--token-file, ~/.pgpass, ~/.npmrc, ~/.aws) that only the server's user may read";
  if (!isHidden) {
    log.warn(
      { variables: held },
      `blocks of the same user can read the server's environment here: ${advice}`,
    );
    return;
  }
  for (const { processId, variables } of ancestorsWith(held)) {
    log.warn(
      { processId, variables },
      `a program that started the server still shows its secrets to blocks: ${advice}`,
    );
  }
}

/** The secrets that the server reads from its environment. */
const secrets = [
  ...["OOMOL_CONNECT_SERVER_TOKENS", "OOMOL_CONNECT_REGISTRY_TOKEN", "OOMOL_CONNECT_API_TOKEN"],
  ...["OOMOL_CONNECT_DATABASE", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
];

function* ancestorsWith(names: readonly string[]): Generator<{ processId: number; variables: string[] }> {
  let pid = String(process.ppid);
  while (Number(pid) > 0) {
    let shown: Buffer;
    let parent: string | undefined;
    try {
      shown = readFileSync(`/proc/${pid}/environ`);
      parent = statOf(pid)[1];
    } catch {
      return; // a process of another user: blocks cannot read it either
    }
    const there = [...variablesIn(shown)].filter(({ length }) => length > 0).map(({ name }) => name);
    const variables = names.filter((name) => there.includes(name));
    if (variables.length > 0) yield { processId: Number(pid), variables };
    pid = parent ?? "0";
  }
}
