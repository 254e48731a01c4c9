import { type ReactNode, useEffect, useRef, useState } from "react";

/** How far above and below the window something counts as near: as far as a fast hand scrolls before it has loaded. */
const nearby = "150% 0px";

interface NearViewProps {
  /** In pixels, of what stands in for the content; the style sheet's for `.frame` by default. */
  height: number | undefined;
  children: ReactNode;
}

/** Has its content in the document only near the window: each page of a block costs memory, and a process of the browser. */
export function NearView({ height, children }: NearViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (!box.current) return;
    const observer = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting === true), {
      rootMargin: nearby,
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return <div ref={box}>{isNear ? children : <div className="frame" style={{ height }} />}</div>;
}
