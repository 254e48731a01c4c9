"use client";

import { ConnectProvider } from "@oomol/connect-browser/react";
import { Speaker } from "./speaker";

export const App = () => (
  <ConnectProvider>
    <Speaker />
  </ConnectProvider>
);
