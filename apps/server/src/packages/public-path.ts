/**
 * What clients see instead of a package's folder. They read the version off it: some from the first segment, others only from
 * one that is the version alone (connect-api 4.1).
 */
export function publicPath({ name, version }: { name: string; version: string }): string {
  return `/packages/${name}-${version}/${version}`;
}
