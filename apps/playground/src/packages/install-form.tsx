import { ApiError } from "@oomol/connect-browser";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useConnection } from "../connection/connection.tsx";
import { useMessages } from "../i18n/use-messages.ts";
import { Icon } from "../ui/icon.tsx";

/** Installs one package by name and version, and waits until it is there. */
export function InstallForm() {
  const messages = useMessages();
  const { client } = useConnection();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [version, setVersion] = useState("");
  const install = useMutation({
    mutationFn: () => client.packages.installAndWait(name.trim(), version.trim()),
    onSuccess: () => queries.invalidateQueries(),
  });
  const isComplete = name.trim() !== "" && version.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete && !install.isPending) install.mutate();
  };
  return (
    <form className="card" onSubmit={submit}>
      <h2>{messages.installTitle}</h2>
      <div className="field">
        <label htmlFor="package-name">{messages.packageName}</label>
        <input
          id="package-name"
          className="input"
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="package-version">{messages.packageVersion}</label>
        <input
          id="package-version"
          className="input"
          autoComplete="off"
          placeholder="1.0.0"
          value={version}
          onChange={(event) => setVersion(event.target.value)}
        />
      </div>
      {!isComplete && <p className="field-note">{messages.fillBoth}</p>}
      <div role="status">
        {install.isSuccess && <p className="success">{messages.installDone(install.data.task.name)}</p>}
        {install.error && (
          <p className="alert">
            {isUnsupported(install.error) ? messages.installUnsupported : install.error.message}
          </p>
        )}
      </div>
      {install.isPending && <progress aria-label={messages.installing} />}
      <div className="actions">
        <button type="submit" className="button primary" disabled={!isComplete || install.isPending}>
          <Icon name="download" />
          {install.isPending ? messages.installing : messages.install}
        </button>
      </div>
    </form>
  );
}

function isUnsupported(error: Error): boolean {
  return error instanceof ApiError && [404, 405, 501].includes(error.status);
}
