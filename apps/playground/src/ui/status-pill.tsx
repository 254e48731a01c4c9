import { useMessages } from "../i18n/use-messages.ts";
import { Pill } from "./pill.tsx";

/** A task's state as a word and a colour; a state that we do not know is shown as the server wrote it. */
export function StatusPill({ status }: { status: string }) {
  const messages = useMessages();
  return <Pill status={status}>{messages.status[status] ?? status}</Pill>;
}
