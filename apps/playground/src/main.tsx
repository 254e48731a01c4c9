import "@fontsource-variable/geist/wght.css";
import "./styles/index.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { ConnectionProvider, createConnection } from "./connection/connection.tsx";
import { applyPreferences } from "./state/preferences.ts";

applyPreferences();
// The client tries again by itself.
const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 30_000 } } });
const connection = createConnection();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <ConnectionProvider value={connection}>
          <App />
        </ConnectionProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
