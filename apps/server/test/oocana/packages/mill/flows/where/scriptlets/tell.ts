import { homedir } from "node:os";

export default () => ({ home: homedir() });
