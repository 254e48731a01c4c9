import { createStore, type Store } from "../state/store.ts";

const key = "oomol-connect.token";

/** The API token, kept for as long as the tab is open and no longer. */
export const tokenStore: Store<string> = createStore(sessionStorage.getItem(key) ?? "");

tokenStore.subscribe(() => {
  if (tokenStore.get()) sessionStorage.setItem(key, tokenStore.get());
  else sessionStorage.removeItem(key);
});
