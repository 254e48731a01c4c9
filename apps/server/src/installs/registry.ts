import semver from "semver";
import { messageOf } from "../values.ts";
import { tokenKey } from "./registry-token.ts";

/** An npm-compatible registry. */
export interface Registry {
  readonly url: string;
  /** Never shown, logged or handed to a package. */
  readonly token: string | undefined;
  /** The exact version that a version, range or tag stands for. */
  resolve(name: string, wanted: string, signal: AbortSignal): Promise<string>;
  /** Unpacks a version; throws where its content does not have the checksum that the registry names. */
  unpack(name: string, version: string, directory: string, signal: AbortSignal): Promise<void>;
}

export function createRegistry(url: string, token: string | undefined, cacheDirectory: string): Registry {
  // The types of pacote do not know that it hands `signal` on to each request.
  const settings = (signal: AbortSignal) => ({
    signal,
    registry: url,
    ...(token !== undefined && { [tokenKey(url)]: token }),
    cache: cacheDirectory,
    preferOnline: true, // a version may have been published a moment ago
    fetchRetries: 1,
    fetchRetryFactor: 2,
    fetchRetryMintimeout: 500,
    fetchRetryMaxtimeout: 5_000,
    fetchTimeout: 60_000,
    umask: 0o7022, // pacote's own, and no file that runs as its owner
  });
  const explain = (name: string, version: string) => (error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const reason = code === "E404" ? "it does not have it" : messageOf(error);
    throw new Error(`${name}@${version} cannot be had from ${url}: ${reason}.`, { cause: error });
  };

  return {
    ...{ url, token },
    async resolve(name, wanted, signal) {
      const { default: pacote } = await library();
      const spec = `${name}@${wanted}`;
      const manifest = await pacote.manifest(spec, settings(signal)).catch(explain(name, wanted));
      if (semver.valid(manifest.version) !== null) return manifest.version;
      throw new Error(`${url} names no version of ${name} for "${wanted}".`);
    },
    async unpack(name, version, directory, signal) {
      const { default: pacote } = await library();
      const spec = `${name}@${version}`;
      const options = settings(signal);
      // The types do not know the field; without a checksum nothing would be verified.
      const manifest: { _integrity?: unknown } = await pacote
        .manifest(spec, options)
        .catch(explain(name, version));
      if (typeof manifest._integrity !== "string") throw new Error(`${url} names no checksum of ${spec}.`);
      const integrity = manifest._integrity;
      await pacote.extract(spec, directory, { ...options, integrity }).catch(explain(name, version));
    },
  };
}

/** It is large, and most runs of the server install nothing. */
const library = () => import("pacote");
