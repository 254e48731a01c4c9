import { connect } from "mqtt";
import { type EngineFiles, openEngineFiles } from "./engine-files.ts";
import type { Options } from "./options.ts";

/** One run of the engine: its connection, its log and what it tells observers. */
export interface Session {
  id: string;
  options: Options;
  files: EngineFiles;
  publish(topic: string, message: object): void;
  /** Tells observers, if there may be any (`--reporter`). */
  report(type: string, fields: object): void;
  listen(onMessage: (payload: Buffer) => void): Promise<void>;
  close(): Promise<void>;
}

export function openSession(options: Options): Session {
  const { id, broker, hasReporter } = options;
  const files = openEngineFiles(id);
  const client = connect(`mqtt://${broker}`, { clientId: `oocana-scheduler-${id}`, reconnectPeriod: 0 });
  // Without its broker the engine leaves at once, and its executors behind (oocana-protocol 9.1 #6).
  client.on("error", () => process.exit(1));
  client.on("close", () => process.exit(1));
  const publish = (topic: string, message: object) =>
    void client.publish(topic, JSON.stringify(message), { qos: 1 });
  return {
    id,
    options,
    files,
    publish,
    report(type, fields) {
      files.log(JSON.stringify({ type, ...fields }));
      if (hasReporter) publish("report", { type, session_id: id, ...fields });
    },
    async listen(onMessage) {
      client.on("message", (_topic, payload) => onMessage(payload));
      await client.subscribeAsync(`session/${id}`, { qos: 1 });
    },
    async close() {
      client.removeAllListeners("close");
      await client.endAsync();
    },
  };
}
