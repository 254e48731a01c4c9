import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";
import { plotLibraries } from "./plot-libraries.ts";

const server = process.env.OOMOL_CONNECT_BASE_URL ?? "http://localhost:3000";

export default defineConfig({
  // Relative, so that the built files work below any path.
  base: "./",
  plugins: [react(), plotLibraries()],
  resolve: { conditions: ["@oomol/source", ...defaultClientConditions] },
  server: {
    proxy: {
      "/api": {
        target: new URL(server).origin,
        changeOrigin: true,
        // The page's own origin means nothing to the server behind this proxy.
        headers: { origin: new URL(server).origin },
      },
    },
  },
  build: {
    target: "es2023",
    // A strict content security policy allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What others wrote is handed on with their notices, as their licences ask.
    license: { fileName: "third-party-notices.md" },
  },
});
