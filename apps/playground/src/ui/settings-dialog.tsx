import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { tokenStore } from "../connection/token-store.ts";
import { useMessages } from "../i18n/use-messages.ts";
import { type Theme, themeStore } from "../state/preferences.ts";
import { useStore } from "../state/store.ts";
import { Icon } from "./icon.tsx";

const themes = ["system", "light", "dark"] as const satisfies readonly Theme[];

/** The button that opens the settings, and the dialog itself: colours and the API token. */
export function SettingsDialog() {
  const messages = useMessages();
  const dialog = useRef<HTMLDialogElement>(null);
  const queries = useQueryClient();
  const theme = useStore(themeStore);
  const [token, setToken] = useState(tokenStore.get);
  const open = () => {
    // It may have been entered elsewhere since.
    setToken(tokenStore.get());
    dialog.current?.showModal();
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    tokenStore.set(token.trim());
    dialog.current?.close();
    void queries.invalidateQueries();
  };
  return (
    <>
      <button type="button" className="button quiet" onClick={open}>
        <Icon name="settings" />
        {messages.settings}
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby="settings-title">
        <form onSubmit={save}>
          <div className="section-head">
            <h2 id="settings-title">{messages.settings}</h2>
            <button
              type="button"
              className="button quiet small"
              aria-label={messages.close}
              onClick={() => dialog.current?.close()}
            >
              <Icon name="close" />
            </button>
          </div>
          <fieldset className="field">
            <legend>{messages.theme}</legend>
            <div className="segments">
              {themes.map((name) => (
                <label key={name}>
                  <input
                    type="radio"
                    name="theme"
                    checked={theme === name}
                    onChange={() => themeStore.set(name)}
                  />
                  {messages.themes[name]}
                </label>
              ))}
            </div>
          </fieldset>
          <div className="field">
            <label htmlFor="token">{messages.token}</label>
            <input
              id="token"
              className="input"
              type="password"
              autoComplete="off"
              value={token}
              aria-describedby="token-note"
              onChange={(event) => setToken(event.target.value)}
            />
            <p className="field-note" id="token-note">
              {messages.tokenHelp}
            </p>
          </div>
          <div className="actions">
            <button type="submit" className="button primary">
              {messages.save}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
