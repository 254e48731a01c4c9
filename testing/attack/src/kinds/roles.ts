import type { AttackInput, AttackKind } from "../attack-kind.ts";
import { type Target, taskBody, tokens } from "../target.ts";

/** Ann's task, with a file, made once for each server. */
const anns = new WeakMap<Target, Promise<string>>();

function taskOfAnn(target: Target): Promise<string> {
  const made = anns.get(target) ?? makeTask(target);
  anns.set(target, made);
  return made;
}

async function makeTask(target: Target): Promise<string> {
  const id = await target.start("leave");
  await target.waitForEnd(id);
  return id;
}

const asBob = (name: string, path: string, init: RequestInit = {}): AttackInput => ({
  name,
  async send(target) {
    const id = await taskOfAnn(target);
    const status = await target.status(path.replace("ID", id), { ...init, token: tokens.bob });
    return status === 404 ? undefined : `it was answered with ${status}`;
  },
});

const install = (token: string, name: string): AttackInput => ({
  name,
  async send(target) {
    const headers = { "Content-Type": "application/json" };
    // No package has such a name, so that nothing is fetched where it is let in.
    const body = JSON.stringify({ name: "", version: "1.0.0" });
    const status = await target.status("/packages/install", { method: "POST", headers, body, token });
    return status === 403 || status === 501 ? undefined : `it was answered with ${status}`;
  },
});

/** What one caller asks about another one's tasks, or without the role. */
export const roles: AttackKind = {
  name: "callers and roles",
  inputs: [
    asBob("another caller's task", "/v1/tasks/ID"),
    asBob("its logs", "/v1/tasks/ID/logs"),
    asBob("its events", "/v1/tasks/ID", { headers: { Accept: "text/event-stream" } }),
    asBob("its file", "/v1/tasks/ID/files/a.txt"),
    asBob("its stop", "/v1/tasks/ID/stop", { method: "POST" }),
    {
      name: "a list with it",
      async send(target) {
        const id = await taskOfAnn(target);
        const response = await target.request("/v1/tasks", { token: tokens.bob });
        return (await response.text()).includes(id) ? "the list names it" : undefined;
      },
    },
    {
      name: "its idempotency key",
      async send(target) {
        const headers = { "Content-Type": "application/json", "Idempotency-Key": `attack-${Math.random()}` };
        const body = taskBody("say", { value: 1 });
        const ids = [];
        for (const token of [tokens.ann, tokens.bob]) {
          const response = await target.request("/v1/tasks", { method: "POST", headers, body, token });
          ids.push(((await response.json()) as { task: { id: string } }).task.id);
        }
        return ids[0] === ids[1] ? "it hands over the task" : undefined;
      },
    },
    install(tokens.ann, "an install without the role"),
    install(tokens.bob, "the same by another"),
  ],
};
