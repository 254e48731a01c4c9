"use client";

import { useConnect, useRun } from "@oomol/connect-browser/react";
import { useEffect, useState } from "react";

/** A form that speaks a text. A reload finds the run again. */
export function Speaker() {
  const [words, setWords] = useState("Hello, World");
  const { start, stop, isRunning, status, percent, result, error, taskId } =
    useRun("audio-lab::text-to-audio");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void start({ text: words });
      }}
    >
      <label>
        Text <input value={words} onChange={(event) => setWords(event.target.value)} />
      </label>
      <button type="submit" disabled={isRunning}>
        Speak
      </button>
      {isRunning && (
        <button type="button" onClick={stop}>
          Stop
        </button>
      )}
      <p role="status">
        {status} {percent !== undefined && `${Math.round(percent)} %`}
      </p>
      {taskId !== undefined && result && <Sound taskId={taskId} path={String(result.audio_address)} />}
      {error instanceof Error && <p role="alert">{error.message}</p>}
    </form>
  );
}

/** The file that the task made, which the proxy hands over as well. */
function Sound({ taskId, path }: { taskId: string; path: string }) {
  const client = useConnect();
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    let made: string | undefined;
    client.tasks
      .download(taskId, path, { signal: abort.signal })
      .then((file) => file.blob())
      .then((blob) => {
        if (abort.signal.aborted) return;
        made = URL.createObjectURL(blob);
        setUrl(made);
      })
      .catch((failure: unknown) => {
        if (!abort.signal.aborted) console.error(failure);
      });
    return () => {
      abort.abort();
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [client, taskId, path]);
  // biome-ignore lint/a11y/useMediaCaption: the words stand above it
  return url === undefined ? null : <audio controls src={url} />;
}
