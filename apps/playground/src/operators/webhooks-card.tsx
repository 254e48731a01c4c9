import type { SentWebhook } from "@oomol/connect-browser";
import { formatAge } from "@oomol/connect-shared/format-age";
import { languageStore } from "../state/preferences.ts";
import { useStore } from "../state/store.ts";
import { Pill } from "../ui/pill.tsx";
import { useStatusWords } from "./use-status-words.ts";
import { useRepeatWebhook, useWebhooks } from "./use-webhooks.ts";

/** What was told to addresses of callers, or is to be; each that is over can be sent again. */
export function WebhooksCard({ readAt }: { readAt: number }) {
  const words = useStatusWords();
  const { data, error } = useWebhooks();
  const repeat = useRepeatWebhook();
  if (!data && !error) return null; // this server sends none
  const problem = repeat.error ?? error;
  return (
    <section className="card" aria-labelledby="webhooks-title">
      <h2 id="webhooks-title">{words.webhooks}</h2>
      {problem && <p className="alert">{problem.message}</p>}
      {data?.length === 0 && <p className="note">{words.noWebhooks}</p>}
      <ul className="failure-list">
        {data?.map((webhook) => (
          <Webhook
            key={webhook.id}
            webhook={webhook}
            readAt={readAt}
            isBusy={repeat.isPending}
            onRepeat={() => repeat.mutate(webhook.id)}
          />
        ))}
      </ul>
    </section>
  );
}

interface WebhookProps {
  webhook: SentWebhook;
  readAt: number;
  isBusy: boolean;
  onRepeat: () => void;
}

function Webhook({ webhook, readAt, isBusy, onRepeat }: WebhookProps) {
  const words = useStatusWords();
  const language = useStore(languageStore);
  const { type, taskId, url, state, attempts, createdAt, lastError } = webhook;
  return (
    <li>
      <span>
        <Pill status={pillOf[state] ?? "pending"}>{words.webhookStates[state] ?? state}</Pill>{" "}
        <code>{type}</code> <code>{taskId}</code>
      </span>
      {state === "pending" ? (
        <span />
      ) : (
        <button type="button" disabled={isBusy} onClick={onRepeat}>
          {words.sendAgain}
        </button>
      )}
      <span className="note">
        {url} · {words.lastOne(formatAge(Math.max(0, readAt - createdAt), language))} ·{" "}
        {words.attempts(attempts)}
        {lastError !== undefined && ` · ${lastError}`}
      </span>
    </li>
  );
}

const pillOf: Record<string, string> = { delivered: "completed", failed: "failed", pending: "pending" };
