import { inSession } from "../connection/session-files.ts";
import { useSource } from "../preview/use-source.ts";
import { Capped } from "../ui/capped.tsx";
import { Icon } from "../ui/icon.tsx";

interface ResultFilesProps {
  taskId: string;
  sessionId: string | undefined;
  outputs: Readonly<Record<string, unknown>>;
}

/** Files that a task's outputs name, to be saved. */
export function ResultFiles({ taskId, sessionId, outputs }: ResultFilesProps) {
  // Of lists the beginning: some have a million texts that are no paths.
  const named = Object.values(outputs).flatMap((value) =>
    Array.isArray(value) ? value.slice(0, mostLookedAt) : [value],
  );
  const paths = named.filter((value) => typeof value === "string");
  const own = [...new Set(paths)].filter((path) => inSession({ sessionId, path }) !== undefined);
  return (
    <Capped items={own} most={mostFiles}>
      {(path) => <ResultFile key={path} taskId={taskId} sessionId={sessionId} path={path} />}
    </Capped>
  );
}

const mostFiles = 50;
const mostLookedAt = 1_000;

interface ResultFileProps {
  taskId: string;
  sessionId: string | undefined;
  path: string;
}

function ResultFile({ taskId, sessionId, path }: ResultFileProps) {
  const { url } = useSource({ taskId, sessionId }, path, "application/octet-stream");
  if (url === undefined) return null;
  const name = path.split(/[\\/]/).at(-1) ?? "file";
  return (
    <a className="button result-file" href={url} download={name}>
      <Icon name="download" />
      <span>{name}</span>
    </a>
  );
}
