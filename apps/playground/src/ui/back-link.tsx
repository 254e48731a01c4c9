import { useMessages } from "../i18n/use-messages.ts";
import { formatRoute } from "../state/route.ts";
import { Icon } from "./icon.tsx";

/** The way back to the list of blocks, which a phone shows on a page of its own. */
export function BackLink() {
  const messages = useMessages();
  return (
    <a className="back" href={formatRoute({ page: "home" })}>
      <Icon name="back" />
      {messages.back}
    </a>
  );
}
