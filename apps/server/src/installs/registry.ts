import semver from "semver";
import { z } from "zod";
import { parseBoundedJson } from "../bounded-json.ts";
import { messageOf } from "../values.ts";
import { fetchRegistry, RegistryError } from "./fetch-registry.ts";
import { unpackArchive } from "./unpack-archive.ts";

/** An npm-compatible registry. */
export interface Registry {
  readonly url: string;
  /** Never shown, logged or handed to a package. */
  readonly token: string | undefined;
  /** The exact version that a version, range or tag stands for. */
  resolve(name: string, wanted: string, signal: AbortSignal): Promise<string>;
  /** Unpacks a version; throws if its content does not have the checksum that the registry names, or is too much. */
  unpack(name: string, version: string, directory: string, options: UnpackLimits): Promise<void>;
}

export interface UnpackLimits {
  limitBytes: number;
  signal: AbortSignal;
}

/** What is said about all versions of a package: the longest that is known has a third of it. */
const documentLimitBytes = 32 * 2 ** 20;
const documentLimitValues = 2_000_000;

const documentSchema = z.looseObject({
  "dist-tags": z.record(z.string(), z.string()).default({}),
  versions: z.record(
    z.string(),
    z.looseObject({
      deprecated: z.unknown().optional(),
      dist: z.looseObject({
        tarball: z.string(),
        integrity: z.string().optional(),
        shasum: z.string().optional(),
      }),
    }),
  ),
});
type Document = z.infer<typeof documentSchema>;

export function createRegistry(url: string, token: string | undefined): Registry {
  const access = { url, token };
  const base = url.endsWith("/") ? url : `${url}/`;

  const readDocument = async (name: string, signal: AbortSignal): Promise<Document> => {
    const options = { limitBytes: documentLimitBytes, accept: shortDocument, signal };
    const chunks: Buffer[] = [];
    for await (const chunk of fetchRegistry(access, base + name.replace("/", "%2f"), options))
      chunks.push(chunk);
    const read = documentSchema.safeParse(parseDocument(Buffer.concat(chunks).toString()));
    if (read.success) return read.data;
    throw unreadable(read.error.issues[0]?.message);
  };
  const explain = (name: string, version: string, signal: AbortSignal) => (error: unknown) => {
    signal.throwIfAborted();
    const isMissing = error instanceof RegistryError && error.status === 404;
    const reason = isMissing ? "it does not have it" : messageOf(error);
    throw new Error(`${name}@${version} cannot be had from ${url}: ${reason}.`, { cause: error });
  };

  return {
    url,
    token,
    async resolve(name, wanted, signal) {
      const document = await readDocument(name, signal).catch(explain(name, wanted, signal));
      const version = pick(document, wanted);
      if (version !== undefined) return version;
      throw new Error(`${name}@${wanted} cannot be had from ${url}: it does not have it.`);
    },
    async unpack(name, version, directory, { limitBytes, signal }) {
      const document = await readDocument(name, signal).catch(explain(name, version, signal));
      const { tarball, integrity, shasum } = document.versions[version]?.dist ?? {};
      if (tarball === undefined) return explain(name, version, signal)(new RegistryError("", 404));
      const checksum = integrity ?? (shasum && `sha1-${Buffer.from(shasum, "hex").toString("base64")}`);
      if (!checksum) throw new Error(`${url} names no checksum of ${name}@${version}.`);
      const archive = fetchRegistry(access, tarball, { limitBytes, accept: "*/*", signal });
      await unpackArchive(archive, directory, { integrity: checksum, limitBytes, signal }).catch(
        explain(name, version, signal),
      );
    },
  };
}

function parseDocument(text: string): unknown {
  try {
    return parseBoundedJson(text, documentLimitValues);
  } catch (error) {
    throw unreadable(messageOf(error));
  }
}

const unreadable = (reason: string | undefined) =>
  new RegistryError(`what it says about the package cannot be read (${reason})`);

/** Registries leave out what an install does not need. */
const shortDocument = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";

/** As npm does: a tag, or the newest in a range, the latest if it is, and none that is deprecated if there is another. */
function pick({ "dist-tags": tags, versions }: Document, wanted: string): string | undefined {
  const tagged = Object.hasOwn(tags, wanted) ? tags[wanted] : undefined;
  const isThere = (version: string) => Object.hasOwn(versions, version) && semver.valid(version) !== null;
  if (tagged !== undefined) return isThere(tagged) ? tagged : undefined;
  const exact = semver.valid(wanted, { loose: true });
  if (exact !== null) return isThere(exact) ? exact : undefined;
  if (semver.validRange(wanted) === null) return undefined;
  const { latest = "" } = tags;
  const isFine = (version: string) => isThere(version) && !versions[version]?.deprecated;
  if (isFine(latest) && semver.satisfies(latest, wanted)) return latest;
  const all = Object.keys(versions).filter(isThere);
  return semver.maxSatisfying(all.filter(isFine), wanted) ?? semver.maxSatisfying(all, wanted) ?? undefined;
}
