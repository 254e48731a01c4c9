import { languageStore } from "../state/preferences.ts";
import { useStore } from "../state/store.ts";
import { chinese } from "./chinese.ts";
import { english, type Messages } from "./english.ts";

/** The app's sentences in the chosen language. */
export function useMessages(): Messages {
  return useStore(languageStore) === "zh" ? chinese : english;
}
