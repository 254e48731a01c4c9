import { keepOpen } from "@oomol/connect-shared/keep-open";
import { statFieldsIn } from "./read-proc-file.ts";

/** Whether a process has started any other, asked after each task. */
export interface ChildrenWatch {
  /** True if that cannot be told. */
  hasHad(): boolean;
  close(): void;
}

export function watchChildren(pid: number): ChildrenWatch {
  // They are never those of another process that gets the same number.
  const stat = keepOpen(`/proc/${pid}/stat`);
  const children = keepOpen(`/proc/${pid}/task/${pid}/children`);
  return {
    hasHad() {
      const ended = statFieldsIn(stat.read())[8]; // grows with each child that has ended
      return ended !== "0" || children.read() !== "";
    },
    close() {
      stat.close();
      children.close();
    },
  };
}
