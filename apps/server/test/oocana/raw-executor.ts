// An executor that is not ours: it says what its block is told to say, word for word, and then ends as it is told to.
import { parseArgs } from "node:util";
import { connect } from "mqtt";

const text = { type: "string" } as const;
const { values } = parseArgs({
  strict: false,
  options: { "session-id": text, address: text, identifier: text },
});
const session_id = String(values["session-id"]);
const identifier = String(values.identifier);
const topic = `session/${session_id}`;
const client = connect(`mqtt://${values.address}`);
const seen = new Set<string>();

interface Inputs {
  /** JSON without its first brace: type and further fields. */
  say: string[];
  /** The code with which the process exits then. */
  exit?: number;
}

client.on("message", (heard, payload) => {
  const message = JSON.parse(payload.toString());
  if (message.session_id !== session_id) return;
  if (message.type === "SessionFinished") process.exit(0);
  if (message.type === "BlockInputs") void run(message.job_id, message.inputs);
  if (!heard.startsWith("executor/") || message.identifier !== identifier || seen.has(message.job_id)) return;
  seen.add(message.job_id);
  void getReady(message.job_id);
});
await client.subscribeAsync(["executor/raw/run_block", "report"], { qos: 1 });
const ready = { type: "ExecutorReady", session_id, executor_name: "raw", identifier };
await client.publishAsync(topic, JSON.stringify(ready), { qos: 1 });

async function getReady(job_id: string): Promise<void> {
  await client.subscribeAsync(`inputs/${session_id}/${job_id}`, { qos: 1 });
  await client.publishAsync(topic, JSON.stringify({ type: "BlockReady", session_id, job_id }), { qos: 1 });
}

async function run(job_id: string, { say, exit }: Inputs): Promise<void> {
  const about = JSON.stringify({ session_id, job_id }).slice(0, -1);
  for (const words of say) await client.publishAsync(topic, `${about},${words}}`, { qos: 1 });
  if (exit !== undefined) process.exit(exit);
}
