import { useMessages } from "../i18n/use-messages.ts";

/** A task's state as a word and a colour; a state that we do not know is shown as the server wrote it. */
export function StatusPill({ status }: { status: string }) {
  const messages = useMessages();
  return (
    <span className="pill" data-status={status}>
      <span className="pill-dot" />
      {messages.status[status] ?? status}
    </span>
  );
}
