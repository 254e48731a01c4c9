import { settingsFor } from "./settings.mjs";

export default settingsFor("scriptlet", [
  "src/{outbox,send-window,subscriptions}.ts",
  "src/wire/{codec,fits-in-utf8,plain-json,well-formed}.ts",
]);
