/** `NAME-VERSION` or `VERSION` as a whole segment: semver 2.0.0 with pre-release and build metadata. */
const versionedSegment =
  /^(?:(?<name>.+?)-)??(?<version>\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)$/;

/**
 * The version in a block's path (POSIX or Windows separators), in a segment `NAME-VERSION` or in one of its own behind the name
 * (connect-api 4.1). The package's own name wins over others; without it, the last version counts.
 */
export function versionFromPath(path: string, packageName: string): string | undefined {
  const segments = path.split(/[\\/]/);
  const versioned = segments.flatMap((segment, index) => {
    const groups = versionedSegment.exec(segment)?.groups;
    return groups ? { name: groups.name ?? segments[index - 1], version: groups.version } : [];
  });
  // `@scope/name` spans two segments.
  const ownName = packageName.split("/").at(-1);
  const own = versioned.findLast((parts) => parts.name === ownName);
  return (own ?? versioned.at(-1))?.version;
}

/** `json-repair-1.0.1` → its two parts; `undefined` if there is no version at the end. */
export function splitVersionedName(text: string): { name: string; version: string } | undefined {
  const groups = versionedSegment.exec(text)?.groups;
  return groups?.name && groups.version ? { name: groups.name, version: groups.version } : undefined;
}

/** The block that an applet runs (connect-api 4.5). */
export function blockOfApplet({ packageId, blockName }: { packageId: string; blockName: string }): string {
  return `${splitVersionedName(packageId)?.name ?? packageId}::${blockName}`;
}

/**
 * Precedence of two versions by semver 2.0.0, section 11: negative when `left` is the lower one. Build metadata does not
 * count; anything that is not a version is lower than any version.
 */
export function compareVersions(left: string | undefined, right: string | undefined): number {
  const a = parseVersion(left);
  const b = parseVersion(right);
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  for (let position = 0; position < 3; position += 1) {
    const order = compareNumbers(a.core[position] ?? 0n, b.core[position] ?? 0n);
    if (order !== 0) return order;
  }
  return comparePrereleases(a.prerelease, b.prerelease);
}

function parseVersion(text: string | undefined) {
  const match = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/.exec(text ?? "");
  if (!match) return undefined;
  // BigInt: semver does not limit the numbers.
  const core = match.slice(1, 4).map((number) => BigInt(number));
  return { core, prerelease: match[4]?.split(".") ?? [] };
}

function comparePrereleases(left: string[], right: string[]): number {
  // A release is higher than its own pre-releases.
  if (left.length === 0 || right.length === 0) return Number(left.length === 0) - Number(right.length === 0);
  for (const [position, a] of left.entries()) {
    const b = right[position];
    if (b === undefined) return 1;
    const order = compareIdentifiers(a, b);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareIdentifiers(left: string, right: string): number {
  const isNumber = /^\d+$/;
  const numbers = [isNumber.test(left), isNumber.test(right)];
  if (numbers[0] && numbers[1]) return compareNumbers(BigInt(left), BigInt(right));
  // A number is lower than a word.
  if (numbers[0] || numbers[1]) return numbers[0] ? -1 : 1;
  return left < right ? -1 : Number(left > right);
}

function compareNumbers(left: bigint, right: bigint): number {
  return left < right ? -1 : Number(left > right);
}
