/** Orders versions by semver precedence; what is no version comes first. Build metadata does not count. */
export function compareVersions(one: string, other: string): number {
  const left = parseVersion(one);
  const right = parseVersion(other);
  if (!left || !right) return Number(Boolean(left)) - Number(Boolean(right));
  return compareParts(left.release, right.release) || comparePrereleases(left.prerelease, right.prerelease);
}

const pattern = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

function parseVersion(text: string): { release: string[]; prerelease: string[] } | undefined {
  const match = pattern.exec(text);
  return match ? { release: match.slice(1, 4), prerelease: match[4]?.split(".") ?? [] } : undefined;
}

/** A release comes after its own pre-releases. */
function comparePrereleases(left: string[], right: string[]): number {
  if (left.length === 0 || right.length === 0) return right.length - left.length;
  return compareParts(left, right);
}

function compareParts(left: readonly string[], right: readonly string[]): number {
  for (const [index, part] of left.entries()) {
    const counterpart = right[index];
    if (counterpart === undefined) return 1;
    const difference = comparePart(part, counterpart);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Numbers as numbers and before words. */
function comparePart(left: string, right: string): number {
  const [leftIsNumber, rightIsNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (leftIsNumber && rightIsNumber) return Number(left) - Number(right);
  if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1;
  return left === right ? 0 : left < right ? -1 : 1;
}
