import { settingsFor } from "./settings.mjs";

export default settingsFor("scriptlet", [
  "src/{outbox,send-window,subscriptions}.ts",
  "src/wire/{codec,plain-json,well-formed}.ts",
]);
