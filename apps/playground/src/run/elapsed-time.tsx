import { useEffect, useState } from "react";
import { formatDuration } from "../ui/format.ts";

/** How long something has taken, or takes while it has no end. Hidden from assistive technology: it would talk for ever. */
export function ElapsedTime({ from, to }: { from: number | undefined; to: number | undefined }) {
  const [now, setNow] = useState(Date.now);
  const isOpen = from !== undefined && to === undefined;
  useEffect(() => {
    if (!isOpen) return;
    const timer = setInterval(() => setNow(Date.now()), 200);
    return () => clearInterval(timer);
  }, [isOpen]);
  if (from === undefined) return null;
  return (
    <span className="run-time" aria-hidden="true">
      {formatDuration((to ?? Math.max(now, from)) - from)}
    </span>
  );
}
