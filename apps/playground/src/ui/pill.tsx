import type { ReactNode } from "react";

/** A state in a word, with the colour that this status of a task has. */
export function Pill({ status, children }: { status: string; children: ReactNode }) {
  return (
    <span className="pill" data-status={status}>
      <span className="pill-dot" />
      {children}
    </span>
  );
}
