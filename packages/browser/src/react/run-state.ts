import type { Preview, TaskEvent, TaskStatus, UploadProgress } from "@oomol/connect-core";

/** What a component shows of a run. Every change makes a new object; parts that did not change stay the same. */
export interface RunState<Outputs = Record<string, unknown>> {
  /** `idle` before a run, `starting` until the task is known, then the task's own status. */
  status: "idle" | "starting" | TaskStatus;
  /** `undefined` until the task is known. */
  taskId: string | undefined;
  /** 0…100, as the block has told last. */
  percent: number | undefined;
  /** What the block printed; of more than a million characters, the last ones. */
  text: string;
  /** What the block shows, the newest 1,000, in order. One with the `id` of an earlier preview takes its place. */
  previews: readonly Preview[];
  warnings: readonly string[];
  /** Of the files, while and after they are sent. */
  upload: UploadProgress | undefined;
  /** The outputs of a task that completed. */
  result: Outputs | undefined;
  /** Why there is no result: `TaskFailedError` if the block failed, `ApiError` if the server refused, and so on. */
  error: unknown;
}

/** Typed by whoever asks: without a run there are no outputs. */
export const idleState: RunState<never> = {
  status: "idle",
  taskId: undefined,
  percent: undefined,
  text: "",
  previews: [],
  warnings: [],
  upload: undefined,
  result: undefined,
  error: undefined,
};

const mostCharacters = 1_000_000;
const mostItems = 1_000;

/** The state after a batch of events; batches keep a talkative block from making a state for each line. */
export function applyEvents<State extends RunState<unknown>>(
  state: State,
  events: readonly TaskEvent[],
): State {
  const next = { ...state };
  const lines: string[] = [];
  const previews: Preview[] = [];
  const warnings: string[] = [];
  for (const event of events) {
    if (event.type === "status") next.status = event.status;
    else if (event.type === "log" && event.text !== undefined) lines.push(event.text);
    else if (event.type === "preview") previews.push(event.preview);
    else if (event.type === "warning") warnings.push(event.message);
  }
  if (lines.length > 0) next.text = (state.text + lines.map(toLine).join("")).slice(-mostCharacters);
  if (previews.length > 0) next.previews = placePreviews(state.previews, previews);
  if (warnings.length > 0) next.warnings = [...state.warnings, ...warnings].slice(-mostItems);
  return next;
}

function toLine(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

function placePreviews(shown: readonly Preview[], fresh: readonly Preview[]): readonly Preview[] {
  const all = [...shown];
  const places = new Map(all.flatMap(({ id }, place) => (id === undefined ? [] : [[id, place]])));
  for (const preview of fresh) {
    const place = preview.id === undefined ? undefined : places.get(preview.id);
    if (place !== undefined) all[place] = preview;
    else {
      if (preview.id !== undefined) places.set(preview.id, all.length);
      all.push(preview);
    }
  }
  return all.slice(-mostItems);
}
