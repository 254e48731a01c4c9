import type { Block } from "@oomol/connect-browser";
import { type KeyboardEvent, useId, useState } from "react";
import { ownOf } from "../form/nested-schema.ts";
import { type BlockForm, collectSubmission } from "../form/use-block-form.ts";
import { withoutSecrets } from "../form/without-secrets.ts";
import { useMessages } from "../i18n/use-messages.ts";
import { sectionProps } from "../run/section-links.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { snippetLanguages, writeSnippet } from "./call-snippets.ts";

/** The call that the form stands for, as code. */
export function CodePanel({ block, form }: { block: Block; form: BlockForm }) {
  const messages = useMessages();
  const [language, setLanguage] = useState<(typeof snippetLanguages)[number]>("TypeScript");
  const id = useId();
  const { inputValues, files } = collectSubmission(form.readings);
  for (const field of form.fields) {
    if (Object.hasOwn(inputValues, field.handle))
      inputValues[field.handle] = withoutSecrets(field, inputValues[field.handle]);
  }
  const fileNames = Object.fromEntries(
    form.fields
      .filter(
        ({ handle, kind, isOptional }) => kind.startsWith("file") && (!isOptional || ownOf(files, handle)),
      )
      .map(({ handle }) => [handle, ownOf(files, handle)?.map(({ name }) => name) ?? ["file.txt"]]),
  );
  const baseUrl = new URL("/api", location.href).href;
  const code = writeSnippet(language, { blockId: block.blockId, inputValues, fileNames, baseUrl });
  return (
    <section {...sectionProps("useInCode")} className="card code-card" aria-labelledby={`${id}-title`}>
      <div className="section-head">
        <h2 id={`${id}-title`}>{messages.useInCode}</h2>
        <div role="tablist" className="segments" aria-labelledby={`${id}-title`} onKeyDown={moveBetweenTabs}>
          {snippetLanguages.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`${id}-${name}`}
              aria-selected={name === language}
              aria-controls={`${id}-code`}
              tabIndex={name === language ? 0 : -1}
              onClick={() => setLanguage(name)}
            >
              {name}
            </button>
          ))}
        </div>
        <CopyButton text={code} label={language} />
      </div>
      <pre
        className="code"
        id={`${id}-code`}
        role="tabpanel"
        aria-labelledby={`${id}-${language}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
      >
        {code}
      </pre>
    </section>
  );
}

function moveBetweenTabs({ key, currentTarget }: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  const tabs = [...currentTarget.querySelectorAll<HTMLElement>("[role=tab]")];
  const position = tabs.indexOf(document.activeElement as HTMLElement);
  if (step === undefined || position < 0) return;
  const next = tabs[(position + step + tabs.length) % tabs.length];
  next?.focus();
  next?.click();
}
