import { type LookupAddress, type LookupOptions, lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import type { AllowedAddresses } from "./allowed-addresses.ts";
import { notPublic } from "./check-url.ts";

/** Answers all addresses of a name, as `dns.lookup` does. */
export type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Resolves a name for a connection, which is made to one of the answered addresses and no other: only to allowed ones. Whatever the
 * name stands for a moment later does not matter.
 */
export function checkedLookup(allowed: AllowedAddresses, resolve: Resolve = systemLookup): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "");
      const usable = addresses.filter(({ address }) => allowed.has(address));
      const [first] = usable;
      if (first === undefined) return callback(new Error(reasonOf(host, addresses)), "");
      if (options.all) callback(null, usable);
      else callback(null, first.address, first.family);
    });
  };
}

function reasonOf(host: string, [first]: readonly LookupAddress[]): string {
  return first === undefined
    ? `${host} has no address`
    : `${host} stands for ${first.address}, and ${notPublic(first.address)}`;
}
