import type { ExecutorCounts } from "@oomol/connect-browser";
import { languageStore } from "../state/preferences.ts";
import { useStore } from "../state/store.ts";
import { Legend } from "./legend.tsx";
import { Share } from "./share.tsx";
import { useStatusWords } from "./use-status-words.ts";

/** The processes that run blocks, and why others were sent away. */
export function ProcessesCard({ executors: { busy, warm, cold, retired } }: { executors: ExecutorCounts }) {
  const words = useStatusWords();
  const language = useStore(languageStore);
  const all = busy + warm + cold;
  const number = (count: number) => count.toLocaleString(language);
  const sentAway = Object.entries(retired).sort(([, one], [, other]) => other - one);
  return (
    <section className="card" aria-labelledby="processes-title">
      <h2 id="processes-title">{words.processes}</h2>
      <Share
        parts={[
          ["busy", busy, all],
          ["warm", warm, all],
          ["cold", cold, all],
        ]}
      />
      <Legend
        rows={[
          ["busy", words.busy, number(busy)],
          ["warm", words.warm, number(warm)],
          ["cold", words.cold, number(cold)],
        ]}
      />
      {sentAway.length === 0 ? (
        <p className="note">{words.nobodySentAway}</p>
      ) : (
        <div>
          <h3>{words.sentAway}</h3>
          <Legend
            rows={sentAway.map(([reason, count]) => [
              undefined,
              words.reasons[reason] ?? reason,
              number(count),
            ])}
          />
        </div>
      )}
    </section>
  );
}
