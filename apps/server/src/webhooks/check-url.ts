import { isIP } from "node:net";
import type { AllowedAddresses } from "./allowed-addresses.ts";

/** Longer is no address that people use. */
export const longestUrl = 2_048;

/** Why nothing is sent to an address, in words; `undefined` if it may be tried. What a name stands for is checked when it is resolved. */
export function whyNotTo(url: string, allowed: AllowedAddresses): string | undefined {
  if (url.length > longestUrl) return `it has more than ${longestUrl} characters`;
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return "it is no http or https address";
  if (parsed.username !== "" || parsed.password !== "") return "it holds a user or a password";
  const host = parsed.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !allowed.has(host)) return notPublic(host);
  return undefined;
}

/** For the caller, who knows what the name stands for, and for the operator. */
export function notPublic(address: string): string {
  return `${address} is no public address, and the operator has not allowed it (--webhook-allow)`;
}
