import { settingsFor } from "./settings.mjs";

export default settingsFor("core", ["src/{wait,backoff,delay,deadline,input-values}.ts"]);
