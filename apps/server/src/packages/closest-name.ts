/** The name that a mistyped one most likely stands for, or `undefined` if none is near. */
export function closestName(wanted: string, names: readonly string[]): string | undefined {
  const farthest = Math.max(2, wanted.length / 3);
  const ranked = names
    // The difference in length is part of the distance, which takes long to find for long names.
    .filter((name) => Math.abs(name.length - wanted.length) <= farthest)
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance);
  const best = ranked[0];
  return best && best.distance <= farthest ? best.name : undefined;
}

function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...one].entries()) {
    const current = [row + 1];
    for (const [column, counterpart] of [...other].entries()) {
      const replaced = (previous[column] ?? 0) + Number(letter !== counterpart);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
