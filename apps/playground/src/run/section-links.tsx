import { useMessages } from "../i18n/use-messages.ts";

/** Parts of a block's page, in the order in which they stand there. */
export type PageSection = "inputs" | "previews" | "result" | "logs" | "useInCode";

/** What makes an element the section of that name. */
export const sectionProps = (section: PageSection) => ({ id: idOf(section), tabIndex: -1 });

const idOf = (section: PageSection) => `section-${section}`;

/** The way to each part of a long page in one tap. */
export function SectionLinks({ sections }: { sections: readonly PageSection[] }) {
  const messages = useMessages();
  return (
    <nav className="section-links" aria-label={messages.sections}>
      {sections.map((section) => (
        <button
          key={section}
          type="button"
          className="button quiet small"
          onClick={(event) => goTo(section, event.currentTarget.closest<HTMLElement>(".run-bar"))}
        >
          {section === "useInCode" ? messages.code : messages[section]}
        </button>
      ))}
    </nav>
  );
}

/** The bar stays above what it leads to, and is of any height. */
function goTo(section: PageSection, bar: HTMLElement | null): void {
  const target = document.getElementById(idOf(section));
  if (!target) return;
  target.style.scrollMarginTop = `${(bar?.offsetHeight ?? 0) + 12}px`;
  target.focus({ preventScroll: true });
  stayAt(target);
}

/** What comes alive on the way changes its height: the target keeps its place until then, or until somebody scrolls on. */
function stayAt(target: HTMLElement): void {
  const scroll = () => target.scrollIntoView({ block: "start" });
  const observer = new ResizeObserver(scroll);
  const listeners = new AbortController();
  const end = () => {
    observer.disconnect();
    listeners.abort();
    clearTimeout(timer);
  };
  const timer = setTimeout(end, settleMs);
  for (const event of ["wheel", "touchmove", "pointerdown", "keydown"])
    addEventListener(event, end, { signal: listeners.signal, passive: true });
  observer.observe(document.body);
  scroll();
}

const settleMs = 1_500;
