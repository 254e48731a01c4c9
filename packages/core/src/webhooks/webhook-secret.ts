import { InvalidInputError } from "../errors/index.ts";

const prefix = "whsec_";
/** Standard Webhooks: 24 to 64 bytes. */
const [leastBytes, mostBytes] = [24, 64];

/** A new secret in the form that Standard Webhooks describes: `whsec_` and base64 of 32 bytes. For tests; a Connect server has one already. */
export function createWebhookSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `${prefix}${btoa(String.fromCharCode(...bytes))}`;
}

/** Throws an `InvalidInputError` that does not show the secret. */
export function importWebhookSecret(secret: string): Promise<CryptoKey> {
  const bytes = typeof secret === "string" ? bytesOf(secret) : undefined;
  if (bytes === undefined || bytes.length < leastBytes || bytes.length > mostBytes) {
    const expected = `"${prefix}" and base64 of ${leastBytes} to ${mostBytes} bytes`;
    throw new InvalidInputError("secret", `expected ${expected}; "oomol-connect webhooks secret" prints it.`);
  }
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

function bytesOf(secret: string): Uint8Array<ArrayBuffer> | undefined {
  return secret.startsWith(prefix) ? bytesOfBase64(secret.slice(prefix.length)) : undefined;
}

/** Nothing if the text is no base64. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
