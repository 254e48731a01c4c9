/** The longest that an answer is held. */
const maxWaitSeconds = 60;

/** The milliseconds of `Prefer: wait=N` (RFC 7240), at most a minute; `undefined` if the header does not ask for it. */
export function parsePreferWait(header: string | undefined): number | undefined {
  for (const preference of header?.split(/[,;]/) ?? []) {
    const seconds = /^\s*wait\s*=\s*"?(\d+)"?\s*$/i.exec(preference)?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds), maxWaitSeconds) * 1_000;
  }
  return undefined;
}
