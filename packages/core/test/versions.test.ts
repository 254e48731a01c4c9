import fc from "fast-check";
import semver from "semver";
import { expect, test } from "vitest";
import { compareVersions, splitVersionedName, versionFromPath } from "../src/versions.ts";

test.each([
  ["/home/u/.oomol/packages/ffmpeg-0.1.9/blocks/split", "ffmpeg", "0.1.9"],
  ["C:\\oomol\\packages\\ffmpeg-0.1.9\\blocks\\split", "ffmpeg", "0.1.9"],
  ["/p/a-b-1.2.3-beta.1+build.5/tasks/x", "a-b", "1.2.3-beta.1+build.5"],
  ["/store-2.0.0/packages/audio-lab-1.0.0/tasks/x", "audio-lab", "1.0.0"],
  ["/p/@scope/name-3.2.1/tasks/x", "@scope/name", "3.2.1"],
  ["/home/u/.oomol/packages/ffmpeg/0.1.9/blocks/split", "ffmpeg", "0.1.9"],
  ["/home/u/packages/ffmpeg-0.1.9/0.1.9/blocks/split", "ffmpeg", "0.1.9"],
  ["C:\\oomol\\packages\\ffmpeg\\1.0.0-beta.1+b\\blocks\\split", "ffmpeg", "1.0.0-beta.1+b"],
  ["/packages/ffmpeg-1.0.0-beta.1/1.0.0-beta.1/tasks/x", "ffmpeg", "1.0.0-beta.1"],
  ["/python-3.11.2/packages/ffmpeg/0.1.9/blocks/4.5.6", "ffmpeg", "0.1.9"],
  ["/3.11.2/packages/@scope/name/0.1.9/tasks/x", "@scope/name", "0.1.9"],
  ["/p/other/0.1.9/tasks/x", "audio-lab", "0.1.9"],
  ["/p/audio-lab/tasks/x", "audio-lab", undefined],
  ["/p/audio-lab/1.0/tasks/x", "audio-lab", undefined],
])("reads the version off %s", (path, name, version) => {
  expect(versionFromPath(path, name)).toBe(version);
});

test("splits a package id of an applet", () => {
  expect(splitVersionedName("json-repair-1.0.1")).toEqual({ name: "json-repair", version: "1.0.1" });
  expect(splitVersionedName("json-repair")).toBeUndefined();
});

const number = fc.nat({ max: 12 }).map(String);
const identifier = fc.oneof(number, fc.constantFrom("alpha", "beta", "rc", "x-y", "0a"));
const version = fc
  .tuple(
    fc.array(number, { minLength: 3, maxLength: 3 }),
    fc.array(identifier, { maxLength: 3 }),
    fc.boolean(),
  )
  .map(
    ([core, pre, build]) =>
      core.join(".") + (pre.length > 0 ? `-${pre.join(".")}` : "") + (build ? "+b.1" : ""),
  );

test("orders versions as semver does", () => {
  fc.assert(
    fc.property(version, version, (left, right) => {
      expect(Math.sign(compareVersions(left, right))).toBe(semver.compare(left, right));
    }),
    { numRuns: 500 },
  );
});

test("no version at all is lower than any", () => {
  expect(compareVersions(undefined, "0.0.1-alpha")).toBeLessThan(0);
  expect(compareVersions("not a version", "0.0.1")).toBeLessThan(0);
  expect(compareVersions(undefined, undefined)).toBe(0);
});
