import { type RefObject, useEffect, useRef } from "react";

/** In pixels: nearer than that, somebody reads the end. */
const nearEnd = 24;

/** Keeps the end of a growing child in sight of the element that scrolls it, unless somebody has scrolled up to read. */
export function useKeptEnd(): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = box;
    const content = current?.firstElementChild;
    if (!current || !content) return;
    let isKept = true;
    let lastTop = 0;
    const observer = new ResizeObserver(() => {
      if (isKept) current.scrollTop = current.scrollHeight;
    });
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = current;
      // What comes into sight may grow and leave the end behind; only a person goes back.
      if (scrollHeight - scrollTop - clientHeight < nearEnd) isKept = true;
      else if (scrollTop < lastTop) isKept = false;
      lastTop = scrollTop;
    };
    observer.observe(content);
    current.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      current.removeEventListener("scroll", onScroll);
    };
  }, []);
  return box;
}
