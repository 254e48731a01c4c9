import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import { Icon } from "../ui/icon.tsx";
import { tokenStore } from "./token-store.ts";

/** Asks for the token that the server wants; shown in place of every page until it has one that counts. */
export function Unlock() {
  const messages = useMessages();
  const queries = useQueryClient();
  // This form goes while the server is asked, and comes anew if it refuses.
  const [refused] = useState(tokenStore.get);
  const [token, setToken] = useState("");
  const unlock = (event: FormEvent) => {
    event.preventDefault();
    tokenStore.set(token.trim());
    void queries.resetQueries();
  };
  return (
    <form className="card unlock" onSubmit={unlock}>
      <Icon name="lock" />
      <h1>{messages.unlockTitle}</h1>
      <p className="note" id="unlock-note">
        {messages.unlockText}
      </p>
      <div className="field">
        <label htmlFor="unlock-token">{messages.token}</label>
        <input
          id="unlock-token"
          className="input"
          type="password"
          autoComplete="current-password"
          required
          value={token}
          aria-describedby="unlock-note"
          onChange={(event) => setToken(event.target.value)}
        />
      </div>
      {refused !== "" && (
        <p className="alert" role="alert">
          {messages.tokenRefused}
        </p>
      )}
      <button type="submit" className="button primary" disabled={token.trim() === ""}>
        {messages.unlock}
      </button>
    </form>
  );
}
