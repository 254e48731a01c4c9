import { Agent, type Dispatcher, request } from "undici";
import { ownVersion } from "../status/own-version.ts";
import { messageOf } from "../values.ts";
import type { AllowedAddresses } from "./allowed-addresses.ts";
import { whyNotTo } from "./check-url.ts";
import { checkedLookup, type Resolve } from "./checked-lookup.ts";

/** What a receiver said to an attempt, or why it said nothing. */
export interface WebhookAnswer {
  isTaken: boolean;
  /** It wants this one never again (410). */
  isUnwanted: boolean;
  status?: number;
  error?: string;
  /** The beginning of what it said. */
  text?: string;
  /** How long it asks to be left alone. */
  retryAfterMs?: number;
}

export interface PostWebhook {
  (url: string, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<WebhookAnswer>;
  close(): Promise<void>;
}

export interface PostWebhookOptions {
  allowed: AllowedAddresses;
  /** The system's own by default. */
  resolve?: Resolve | undefined;
  /** How long an attempt may take, redirects included. */
  timeoutMs?: number;
}

const mostRedirects = 3;
const keptCharacters = 200;
/** Of an answer nothing more is read. */
const readBytes = 1_024;
const longestRetryAfterMs = 3_600_000;

/** Sends webhooks to receivers that nobody has vouched for. No proxy stands between, since it would connect to what it likes. */
export function createPostWebhook({ allowed, resolve, timeoutMs = 15_000 }: PostWebhookOptions): PostWebhook {
  const agent = new Agent({
    connect: { lookup: checkedLookup(allowed, resolve), timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 1_000,
    maxHeaderSize: 16_384,
  });

  const post = async (
    url: string,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
  ): Promise<WebhookAnswer> => {
    let target = url;
    for (let redirects = 0; ; redirects += 1) {
      const why = whyNotTo(target, allowed);
      if (why !== undefined)
        return failed(
          `${redirects === 0 ? "The address" : "It redirects, but the address"} is not used: ${why}.`,
        );
      const answer = await request(target, { method: "POST", headers, body, signal, dispatcher: agent });
      const { statusCode: status } = answer;
      const location = answer.headers.location;
      if (![307, 308].includes(status) || typeof location !== "string") return read(answer);
      await answer.body.dump({ limit: readBytes }).catch(() => undefined);
      const next = URL.parse(location, target);
      if (redirects === mostRedirects)
        return failed(`It redirects more than ${mostRedirects} times.`, status);
      if (!next || (next.protocol === "http:" && target.startsWith("https:")))
        return failed("It redirects to an address without encryption, or to none.", status);
      target = next.href;
    }
  };

  const guarded = async (
    url: string,
    headers: Record<string, string>,
    body: string,
    closing: AbortSignal,
  ): Promise<WebhookAnswer> => {
    const late = AbortSignal.timeout(timeoutMs);
    try {
      return await post(url, { ...common, ...headers }, body, AbortSignal.any([closing, late]));
    } catch (error) {
      closing.throwIfAborted();
      return failed(
        late.aborted ? `It took longer than ${timeoutMs / 1_000} seconds.` : `${reasonOf(error)}.`,
      );
    }
  };
  return Object.assign(guarded, { close: () => agent.destroy() });
}

const common = {
  "content-type": "application/json",
  "user-agent": `oomol-connect-server/${ownVersion}`,
  // The text is kept for people.
  "accept-encoding": "identity",
};

async function read({ statusCode: status, headers, body }: Dispatcher.ResponseData): Promise<WebhookAnswer> {
  const text = await beginningOf(body);
  const kept = { status, ...(text !== "" && { text }) };
  if (status >= 200 && status <= 299) return { isTaken: true, isUnwanted: false, ...kept };
  const retryAfterMs = Number(headers["retry-after"]) * 1_000;
  return {
    isTaken: false,
    isUnwanted: status === 410,
    ...kept,
    error: sentenceOf(status),
    ...(retryAfterMs > 0 && { retryAfterMs: Math.min(retryAfterMs, longestRetryAfterMs) }),
  };
}

function sentenceOf(status: number): string {
  if (status === 410) return "It answers 410: it wants this no more.";
  if (status >= 300 && status <= 399)
    return `It answers ${status}: only redirects that keep the request (307 and 308) are followed.`;
  return `It answers ${status}.`;
}

/** As text for people; the rest of it, and its connection, are let go. */
async function beginningOf(body: Dispatcher.ResponseData["body"]): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes >= readBytes) break;
    }
  } catch {
    // Its status is there, and counts.
  }
  const text = Buffer.concat(chunks).toString("utf8", 0, readBytes);
  return text
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, keptCharacters);
}

function failed(error: string, status?: number): WebhookAnswer {
  return { isTaken: false, isUnwanted: false, error, ...(status !== undefined && { status }) };
}

/** Of several addresses each may have failed. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return messageOf(error).slice(0, 500);
}
