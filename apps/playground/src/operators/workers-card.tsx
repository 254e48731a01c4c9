import type { ServerStatus, ServerWorker } from "@oomol/connect-browser";
import { formatAge } from "@oomol/connect-shared/format-age";
import { languageStore } from "../state/preferences.ts";
import { useStore } from "../state/store.ts";
import { Pill } from "../ui/pill.tsx";
import { Share } from "./share.tsx";
import { useStatusWords } from "./use-status-words.ts";

/** Those who run tasks: the state, load and packages of each. */
export function WorkersCard({ status: { workers, moreWorkers = 0, readAt } }: { status: ServerStatus }) {
  const words = useStatusWords();
  const isNobodyHere = !workers.some(({ isLive }) => isLive);
  return (
    <section className="card" aria-labelledby="workers-title">
      <h2 id="workers-title">{words.workers}</h2>
      {isNobodyHere && <p className="alert">{words.noWorkers}</p>}
      <ul className="worker-list">
        {workers.map((worker) => (
          <Worker key={worker.id} worker={worker} readAt={readAt} />
        ))}
      </ul>
      {moreWorkers > 0 && <p className="note">{words.moreWorkers(moreWorkers)}</p>}
    </section>
  );
}

function Worker({ worker, readAt }: { worker: ServerWorker; readAt: number }) {
  const words = useStatusWords();
  const language = useStore(languageStore);
  const { id, host = id, version, isLive, running = 0, slots, seenAt } = worker;
  return (
    <li className="worker" data-gone={!isLive || undefined}>
      <Pill status={isLive ? "completed" : "unknown"}>{isLive ? words.here : words.gone}</Pill>
      <div className="worker-name">
        <code>{host}</code>
        <span className="version">{version ?? words.olderVersion}</span>
      </div>
      <div className="worker-load">
        <Share parts={[["busy", running, slots]]} />
        <span>{words.places(running, slots)}</span>
      </div>
      <span className="worker-seen">{words.seen(formatAge(readAt - seenAt, language))}</span>
      <Packages worker={worker} />
    </li>
  );
}

const mostPackages = 6;

function Packages({ worker: { packages, packageCount } }: { worker: ServerWorker }) {
  const words = useStatusWords();
  const shown = packages.slice(0, mostPackages);
  return (
    <ul className="worker-packages">
      {shown.map(({ name, version }) => (
        <li key={`${name} ${version}`}>
          <code>{name}</code> <span className="version">{version}</span>
        </li>
      ))}
      {packageCount > shown.length && <li>{words.morePackages(packageCount - shown.length)}</li>}
    </ul>
  );
}
