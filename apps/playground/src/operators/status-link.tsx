import { useMessages } from "../i18n/use-messages.ts";
import { formatRoute } from "../state/route.ts";
import { Icon } from "../ui/icon.tsx";
import { isDenied, useServerStatus } from "./use-server-status.ts";

/** The way to the status of the server, for those who may see it. */
export default function StatusLink({ isCurrent }: { isCurrent: boolean }) {
  const messages = useMessages();
  const { data, error } = useServerStatus();
  if (!data || isDenied(error)) return null;
  return (
    <a
      className="button quiet small"
      href={formatRoute({ page: "status" })}
      aria-current={isCurrent ? "page" : undefined}
    >
      <Icon name="pulse" />
      {messages.statusLink}
    </a>
  );
}
