/** A text of a guide with the names of this machine instead of the guide's; each of those must be there. */
export function adapted(text: string, changes: Record<string, string>): string {
  return Object.entries(changes).reduce((all, [from, to]) => {
    if (!all.includes(from)) throw new Error(`The guide's text has no "${from}": ${text}`);
    return all.replaceAll(from, to);
  }, text);
}
