import { createProxyListener } from "@oomol/connect-node";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { proxy } from "./proxy.ts";

export default defineConfig({
  plugins: [
    react(),
    {
      name: "connect-proxy",
      // The same proxy while you work on the page; `server.ts` has it afterwards.
      configureServer({ middlewares }) {
        const listener = createProxyListener(proxy);
        middlewares.use((request, response, next) =>
          request.url?.startsWith("/api/") ? listener(request, response) : next(),
        );
      },
    },
  ],
});
