import { ConnectProvider } from "@oomol/connect-browser/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Speaker } from "./speaker.tsx";

const element = document.querySelector("#app");
if (!element) throw new Error("The page has no #app.");
createRoot(element).render(
  <StrictMode>
    <ConnectProvider>
      <Speaker />
    </ConnectProvider>
  </StrictMode>,
);
