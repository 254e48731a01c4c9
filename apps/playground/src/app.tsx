import { lazy, Suspense, useEffect } from "react";
import { isRefused, useBlocks, useBlockTitles } from "./blocks/use-blocks.ts";
import { useUnfinishedTasks } from "./blocks/use-unfinished-tasks.ts";
import { Unlock } from "./connection/unlock.tsx";
import { useMessages } from "./i18n/use-messages.ts";
import { Sidebar } from "./sidebar.tsx";
import { formatRoute, type Route, useRoute } from "./state/route.ts";
import { ErrorBoundary } from "./ui/error-boundary.tsx";
import { Welcome } from "./welcome.tsx";

const BlockPage = lazy(() => import("./blocks/block-page.tsx"));
const PackagesPage = lazy(() => import("./packages/packages-page.tsx"));
const StatusPage = lazy(() => import("./operators/status-page.tsx"));

export function App() {
  const route = useRoute();
  const messages = useMessages();
  useUnfinishedTasks();
  useDocumentTitle(route);
  const isLocked = isRefused(useBlocks().error);
  return (
    <div className="app" data-page={isLocked ? "locked" : route.page}>
      <button type="button" className="skip" onClick={() => document.getElementById("main")?.focus()}>
        {messages.skip}
      </button>
      <Sidebar route={route} />
      <main id="main" tabIndex={-1}>
        <ErrorBoundary key={formatRoute(route)}>
          <Suspense fallback={<PagePending />}>{isLocked ? <Unlock /> : <Page route={route} />}</Suspense>
        </ErrorBoundary>
      </main>
    </div>
  );
}

function Page({ route }: { route: Route }) {
  const messages = useMessages();
  const blocks = useBlocks();
  if (route.page === "packages") return <PackagesPage />;
  if (route.page === "status") return <StatusPage />;
  if (route.page === "home") return <Welcome />;
  const block = blocks.data?.find(({ blockId }) => blockId === route.blockId);
  if (block) return <BlockPage key={block.blockId} block={block} taskId={route.taskId} />;
  if (!blocks.data) return <PagePending />;
  return (
    <div className="welcome">
      <h1>{messages.unknownBlock}</h1>
      <p className="lead">{messages.unknownBlockText(route.blockId)}</p>
    </div>
  );
}

/** The outline of a page that is on its way; what it waits for is said elsewhere. */
function PagePending() {
  return (
    <div className="pending" aria-hidden="true">
      <div className="pending-head" />
      <div className="columns">
        <div className="card" />
        <div className="card" />
      </div>
    </div>
  );
}

function useDocumentTitle(route: Route): void {
  const titles = useBlockTitles();
  const title = route.page === "block" ? titles(route.blockId) : undefined;
  useEffect(() => {
    document.title = title === undefined ? "Oomol Connect" : `${title} · Oomol Connect`;
  }, [title]);
}
