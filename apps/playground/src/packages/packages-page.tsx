import { useQuery } from "@tanstack/react-query";
import { useConnection } from "../connection/connection.tsx";
import { useMessages } from "../i18n/use-messages.ts";
import { BackLink } from "../ui/back-link.tsx";
import { Icon } from "../ui/icon.tsx";
import { InstallForm } from "./install-form.tsx";

/** What is installed on the server, and the way to install more. */
export default function PackagesPage() {
  const messages = useMessages();
  const { client } = useConnection();
  const packages = useQuery({
    queryKey: ["packages"],
    queryFn: ({ signal }) => client.packages.list({ signal }),
  });
  const problems = packages.data?.problems ?? [];
  return (
    <article className="block-page">
      <header className="block-header">
        <BackLink />
        <h1>{messages.packages}</h1>
      </header>
      <div className="columns">
        <section className="card" aria-labelledby="installed-title">
          <h2 id="installed-title">{messages.installed}</h2>
          {packages.error && <p className="alert">{packages.error.message}</p>}
          {packages.data?.packages.length === 0 && <p className="note">{messages.noPackages}</p>}
          <ul className="package-list">
            {packages.data?.packages.map(({ name, version }) => (
              <li key={`${name}-${version}`}>
                <Icon name="box" />
                <span>{name}</span>
                <span className="version">{version}</span>
              </li>
            ))}
          </ul>
        </section>
        {problems.length > 0 && (
          <section className="card" aria-labelledby="problems-title">
            <h2 id="problems-title">{messages.packageProblems}</h2>
            <ul className="problem-list">
              {problems.map(({ path, message }) => (
                <li key={`${path} ${message}`}>
                  <code>{path}</code>
                  <p lang="en">{message}</p>
                </li>
              ))}
            </ul>
          </section>
        )}
        <InstallForm />
      </div>
    </article>
  );
}
