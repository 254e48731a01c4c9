import { languageStore } from "../state/preferences.ts";
import { useStore } from "../state/store.ts";
import { chinese, english, type StatusWords } from "./words.ts";

/** The page's sentences in the chosen language. */
export function useStatusWords(): StatusWords {
  return useStore(languageStore) === "zh" ? chinese : english;
}
