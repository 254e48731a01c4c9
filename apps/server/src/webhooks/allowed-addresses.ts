import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Decides where webhooks may be sent. */
export interface AllowedAddresses {
  /** Whether it is an address of the public internet, or in one of the ranges that the operator has allowed. */
  has(address: string): boolean;
}

type Range = ReturnType<typeof ipaddr.parseCIDR>;

/** Addresses of clouds' own services that lie among public ones: Azure answers its virtual machines there. */
const neverPublic = new Set(["168.63.129.16"]);

/** Everything outside of it is none of the internet as it is in use (RFC 4291, 2.4): mapped and compatible addresses, for instance. */
const globalUnicast = ipaddr.parseCIDR("2000::/3");

/** @throws for a range that is none. */
export function allowedAddresses(ranges: readonly string[]): AllowedAddresses {
  const allowed = ranges.map(parseRange);
  return {
    has(address) {
      // The library reads `1.2.3`, and takes an IPv4 address behind two colons for one that is mapped, which it is not.
      if (isIP(address) === 0 || /^::[\d.]+$/.test(address)) return false;
      // An IPv4 address that is mapped into IPv6 reaches that IPv4 address.
      const parsed = ipaddr.process(address);
      return allowed.some((range) => isWithin(parsed, range)) || isPublic(parsed);
    },
  };
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== "unicast" || neverPublic.has(address.toString())) return false;
  return address.kind() === "ipv4" || isWithin(address, globalUnicast);
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, [base, bits]: Range): boolean {
  return address.kind() === base.kind() && address.match([base, bits] as never); // of the same kind
}

function parseRange(range: string): Range {
  try {
    if (range.includes("/")) return ipaddr.parseCIDR(range);
    const address = ipaddr.parse(range);
    return ipaddr.parseCIDR(`${range}/${address.kind() === "ipv4" ? 32 : 128}`);
  } catch {
    throw new Error(
      `Webhooks are allowed to an address or a range such as 10.1.0.0/16 (--webhook-allow), not to "${range}".`,
    );
  }
}
