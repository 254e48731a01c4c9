import type { ServerStatus } from "@oomol/connect-browser";
import { formatAge } from "@oomol/connect-shared/format-age";
import { languageStore } from "../state/preferences.ts";
import { useStore } from "../state/store.ts";
import { useStatusWords } from "./use-status-words.ts";

/** The four numbers that say at a glance whether all is well. */
export function StatusTiles({ status }: { status: ServerStatus }) {
  const words = useStatusWords();
  const language = useStore(languageStore);
  const { queue, workers, executors, failures, readAt } = status;
  const places = workers.reduce((sum, { isLive, slots }) => sum + (isLive ? slots : 0), 0);
  const waiting =
    queue.oldest === undefined
      ? words.nothingWaits
      : words.longest(formatAge(readAt - queue.oldest.createdAt, language));
  const number = (count: number) => count.toLocaleString(language);
  const failed = failures.isPartial ? `${number(failures.total)}+` : number(failures.total);
  return (
    <dl className="status-tiles">
      <Tile name={words.running} value={number(queue.running)} note={words.ofPlaces(places)} />
      <Tile
        name={words.waiting}
        value={number(queue.pending)}
        note={waiting}
        tone={queue.pending > 0 ? "warn" : undefined}
      />
      <Tile
        name={words.standingBy}
        value={number(executors.warm + executors.cold)}
        note={words.busyNow(executors.busy)}
      />
      <Tile
        name={words.failed}
        value={failed}
        note={words.withinADay}
        tone={failures.total > 0 ? "bad" : undefined}
      />
    </dl>
  );
}

interface TileProps {
  name: string;
  value: string;
  note: string;
  tone?: "warn" | "bad" | undefined;
}

function Tile({ name, value, note, tone }: TileProps) {
  return (
    <div className="card status-tile" data-tone={tone}>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span className="status-note">{note}</span>
      </dd>
    </div>
  );
}
