import type { Block } from "@oomol/connect-browser";
import { type FormEvent, type KeyboardEvent, useRef } from "react";
import { CodePanel } from "../code/code-panel.tsx";
import { storableDrafts } from "../form/draft.ts";
import { FieldControl } from "../form/field-control.tsx";
import { useBlockForm } from "../form/use-block-form.ts";
import { useMessages } from "../i18n/use-messages.ts";
import { RunPanel } from "../run/run-panel.tsx";
import { sectionProps } from "../run/section-links.tsx";
import { useStartTask } from "../run/use-start-task.ts";
import { notedDrafts } from "../state/history.ts";
import { ErrorBoundary } from "../ui/error-boundary.tsx";
import { Icon } from "../ui/icon.tsx";
import { BlockHeader } from "./block-header.tsx";
import { useFormOfTask } from "./use-form-of-task.ts";

/** One block: its form on one side, what its task shows on the other, and the same call as code. */
export default function BlockPage({ block, taskId }: { block: Block; taskId: string | undefined }) {
  const messages = useMessages();
  const form = useBlockForm(block, notedDrafts(taskId) ?? {});
  useFormOfTask(form, taskId);
  const formElement = useRef<HTMLFormElement>(null);
  const output = useRef<HTMLElement>(null);
  const { isPending, isUploading, uploaded, error, start, cancel } = useStartTask(block);

  const run = (event: FormEvent) => {
    event.preventDefault();
    if (isPending) return;
    const submission = form.submit();
    if (!submission) return focusFirstProblem(formElement.current);
    const drafts = storableDrafts(form.fields, form.drafts);
    start({ ...submission, drafts }, () => showOnNarrowPage(output.current));
  };

  return (
    <article className="block-page">
      <BlockHeader block={block} />
      <div className="columns">
        <form
          {...sectionProps("inputs")}
          ref={formElement}
          className="card"
          noValidate
          onSubmit={run}
          onKeyDown={runOnControlEnter}
        >
          <h2>{messages.inputs}</h2>
          {form.fields.length === 0 && <p className="note">{messages.noInputs}</p>}
          {form.fields.map((field) => (
            <FieldControl
              key={field.handle}
              form={form}
              field={field}
              path={field.handle}
              draft={form.drafts[field.handle]}
              onChange={(draft, touched) => form.change(field.handle, draft, touched)}
            />
          ))}
          {error && (
            <p className="alert" role="alert">
              {error.message}
            </p>
          )}
          {isUploading && (
            <progress
              aria-label={messages.uploading}
              max={1}
              {...(uploaded === undefined ? {} : { value: uploaded })}
            />
          )}
          <div className="actions">
            <button type="submit" className="button primary" disabled={isPending}>
              <Icon name="play" />
              {isUploading ? messages.uploading : isPending ? messages.starting : messages.run}
              <span className="kbd" aria-hidden="true">
                Ctrl ↵
              </span>
            </button>
            {isUploading && (
              <button type="button" className="button danger" onClick={cancel}>
                <Icon name="stop" />
                {messages.stop}
              </button>
            )}
            {form.fields.length > 0 && (
              <button type="button" className="button quiet" onClick={form.reset}>
                {messages.reset}
              </button>
            )}
          </div>
        </form>
        <section ref={output} className="card output" aria-label={messages.output}>
          <h2>{messages.output}</h2>
          {taskId === undefined ? (
            <IdleOutput />
          ) : (
            <ErrorBoundary key={taskId}>
              <RunPanel taskId={taskId} />
            </ErrorBoundary>
          )}
        </section>
      </div>
      <CodePanel block={block} form={form} />
    </article>
  );
}

function IdleOutput() {
  const messages = useMessages();
  return (
    <div className="idle">
      <Icon name="sparkle" />
      <strong>{messages.idleTitle}</strong>
      <span>{messages.idleText}</span>
    </div>
  );
}

function runOnControlEnter(event: KeyboardEvent<HTMLFormElement>): void {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
}

/** The problems are in the document only after React has drawn them. */
function focusFirstProblem(form: HTMLFormElement | null): void {
  requestAnimationFrame(() =>
    form?.querySelector<HTMLElement>("[aria-invalid=true], [data-invalid=true]")?.focus(),
  );
}

/** Where the columns stand one above the other, the output is out of sight when its task starts. */
function showOnNarrowPage(output: HTMLElement | null): void {
  if (matchMedia("(max-width: 1080px)").matches) output?.scrollIntoView({ block: "start" });
}
