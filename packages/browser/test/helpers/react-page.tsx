// The program of a page that runs blocks by hooks: `app` is what the tests do with it.
import { StrictMode, useState } from "react";
import { createRoot, hydrateRoot, type Root } from "react-dom/client";
import { ReactApp } from "./react-app.tsx";

declare global {
  interface Window {
    app: { mount(isStrict: boolean): void; hydrate(html: string): void; unmount(): void; problems: string[] };
  }
}

let root: Root | undefined;
const problems: string[] = [];

const strictApp = (
  <StrictMode>
    <ReactApp />
  </StrictMode>
);

window.app = {
  problems,
  mount(isStrict) {
    root = createRoot(makePlace());
    root.render(isStrict ? strictApp : <Hideable />);
  },
  hydrate(html) {
    const place = makePlace();
    place.innerHTML = html;
    const onRecoverableError = (error: unknown) => void problems.push(String(error));
    root = hydrateRoot(place, <ReactApp />, { onRecoverableError });
  },
  unmount: () => root?.unmount(),
};

function makePlace(): HTMLElement {
  document.body.replaceChildren();
  return document.body.appendChild(document.createElement("main"));
}

/** Components come and go while the page stays. */
function Hideable() {
  const [isShown, setIsShown] = useState(true);
  return (
    <>
      <button type="button" id="toggle" onClick={() => setIsShown(!isShown)}>
        toggle
      </button>
      {isShown && <ReactApp />}
    </>
  );
}
