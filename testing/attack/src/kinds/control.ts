import type { AttackKind } from "../attack-kind.ts";

/** Nothing bad: what it costs is the machine's own noise. */
export const control: AttackKind = {
  name: "nothing bad (control)",
  inputs: Array.from({ length: 10 }, (_, index) => ({
    name: `a task, ${index}`,
    async send(target) {
      await target.waitForEnd(await target.start("say", { value: index }));
      return undefined;
    },
  })),
};
