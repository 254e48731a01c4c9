import { lazy, type ReactNode, Suspense, useState } from "react";
import { BlockList } from "./blocks/block-list.tsx";
import { useBlocks } from "./blocks/use-blocks.ts";
import { useMessages } from "./i18n/use-messages.ts";
import { languageStore } from "./state/preferences.ts";
import { formatRoute, type Route } from "./state/route.ts";
import { useStore } from "./state/store.ts";
import { Icon } from "./ui/icon.tsx";
import { SettingsDialog } from "./ui/settings-dialog.tsx";

const HistoryList = lazy(() => import("./blocks/history-list.tsx"));
const StatusLink = lazy(() => import("./operators/status-link.tsx"));

/** The way to every block, every earlier task, the packages and the settings. */
export function Sidebar({ route }: { route: Route }) {
  const messages = useMessages();
  const [list, setList] = useState<"blocks" | "history">("blocks");
  const language = useStore(languageStore);
  // Only then is it known who may see what.
  const { isSuccess } = useBlocks();
  const shown = route.page === "block" ? route : undefined;
  const tab = (name: typeof list, icon: ReactNode) => (
    <button type="button" aria-pressed={list === name} onClick={() => setList(name)}>
      {icon}
      {messages[name]}
    </button>
  );
  return (
    <nav className="sidebar" aria-label={messages.blocks}>
      <div className="sidebar-head">
        <a className="brand" href={formatRoute({ page: "home" })}>
          <img src="./icon.svg" alt="" width="34" height="34" />
          <span>
            <strong>Oomol {messages.appName}</strong>
            <small>{messages.appTagline}</small>
          </span>
        </a>
        <Suspense>{isSuccess && <StatusLink isCurrent={route.page === "status"} />}</Suspense>
      </div>
      <div className="segments">
        {tab("blocks", <Icon name="box" />)}
        {tab("history", <Icon name="clock" />)}
      </div>
      <div className="sidebar-list">
        {list === "blocks" ? (
          <BlockList selected={shown?.blockId} />
        ) : (
          <Suspense>
            <HistoryList selected={shown?.taskId} />
          </Suspense>
        )}
      </div>
      <div className="sidebar-foot">
        <a
          className="button quiet"
          href={formatRoute({ page: "packages" })}
          aria-current={route.page === "packages" ? "page" : undefined}
        >
          <Icon name="box" />
          {messages.packages}
        </a>
        <SettingsDialog />
        <button
          type="button"
          className="button quiet language"
          lang={language === "zh" ? "en" : "zh-CN"}
          onClick={() => languageStore.set(language === "zh" ? "en" : "zh")}
        >
          {messages.language}
        </button>
      </div>
    </nav>
  );
}
