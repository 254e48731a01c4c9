import type { AttackInput, AttackKind } from "../attack-kind.ts";
import { taskBody } from "../target.ts";

const matched = (handle: string, text: string): AttackInput => ({
  name: `${handle}: ${text.length} characters`,
  async send(target) {
    const status = await target.postJson(taskBody("pattern", { [handle]: text }));
    return status < 500 ? undefined : `it was answered with ${status}`;
  },
});

/** Texts that expressions with nested repetition try in every way. */
export const patterns: AttackKind = {
  name: "patterns",
  inputs: [
    ...[20, 26, 28, 1_000, 100_000].map((length) => matched("nested", `${"a".repeat(length)}!`)),
    ...[30, 36, 1_000, 100_000].map((length) => matched("choices", `${"a".repeat(length)}!`)),
    ...[24, 28, 1_000, 100_000].map((length) => matched("mail", `${"a".repeat(length)}!`)),
  ],
};
