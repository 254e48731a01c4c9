import type { AttackInput, AttackKind } from "../attack-kind.ts";

const sent = (kind: string): AttackInput => ({
  name: kind,
  async send(target) {
    const id = await target.start("send", { kind });
    await target.waitForEnd(id);
    // Whoever looks at it afterwards pays for it, too.
    await target.status(`/v1/tasks/${id}/logs`);
    return undefined;
  },
});

/** What a block sends to the server. */
export const blockMessages: AttackKind = {
  name: "messages of blocks",
  inputs: ["a deep value", "a large value", "a value that is too large", "one long line", "many logs"].map(
    sent,
  ),
};
