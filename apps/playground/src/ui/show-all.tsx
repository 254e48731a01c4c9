import { useMessages } from "../i18n/use-messages.ts";

/** Shows what was left out because it is much; `count` says of how many. */
export function ShowAll({ onShow, count }: { onShow: () => void; count?: number }) {
  const messages = useMessages();
  return (
    <button type="button" className="button quiet small show-all" onClick={onShow}>
      {messages.showAll(count)}
    </button>
  );
}
