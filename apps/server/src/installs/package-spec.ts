import semver from "semver";

/** True for a name that a registry may have: no path, no address, no alias. */
export function isPackageName(name: string): boolean {
  return name.length <= 214 && /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name);
}

/** True for a version, a range or a tag. */
export function isVersionSpec(text: string): boolean {
  return text.length <= 256 && (semver.validRange(text) !== null || /^[a-z][\w.-]*$/i.test(text));
}
