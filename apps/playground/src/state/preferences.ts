import { readLocal, writeLocal } from "./local-storage.ts";
import { createStore, type Store } from "./store.ts";

export type Theme = "system" | "light" | "dark";
export type Language = "en" | "zh";

export const themeStore: Store<Theme> = createStore(oneOf(["system", "light", "dark"], readLocal("theme")));
export const languageStore: Store<Language> = createStore(
  oneOf([navigator.language.startsWith("zh") ? "zh" : "en", "en", "zh"], readLocal("language")),
);

/** Makes the document look as chosen, now and whenever the choice changes. */
export function applyPreferences(): void {
  const apply = () => {
    const { dataset } = document.documentElement;
    dataset.theme = themeStore.get();
    document.documentElement.lang = languageStore.get() === "zh" ? "zh-CN" : "en";
  };
  themeStore.subscribe(() => {
    writeLocal("theme", themeStore.get());
    apply();
  });
  languageStore.subscribe(() => {
    writeLocal("language", languageStore.get());
    apply();
  });
  apply();
}

function oneOf<const Choice extends string>(
  choices: readonly [Choice, ...Choice[]],
  stored: unknown,
): Choice {
  return choices.find((choice) => choice === stored) ?? choices[0];
}
