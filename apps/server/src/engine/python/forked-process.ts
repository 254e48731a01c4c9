import { type ExecutorExit, type ExecutorProcess, lastWordsMs } from "../../processes/executor-process.ts";
import { createProcessEnd, signalProcess } from "../../processes/process-end.ts";
import { createStrays } from "../../processes/stray-processes.ts";

/** An executor that is the child of a fork host, and what the host tells of it. */
export interface ForkedProcess {
  readonly process: ExecutorProcess;
  /** How the server has ended it, if it has. */
  readonly wasTold: "leave" | "kill" | undefined;
  onOutput(line: { stdio: "stdout" | "stderr"; text: string }): void;
  /** It has ended, or nobody can tell any more whether it has. Ends all that is left of it. */
  onEnd(code: number): void;
}

/** `mark` is what its environment has, see {@link createStrays}. */
export function createForkedProcess(
  pid: number,
  mark: string,
  passOutput: ForkedProcess["onOutput"],
): ForkedProcess {
  const strays = createStrays(mark, pid);
  let isGone = false;
  let wasTold: ForkedProcess["wasTold"];
  let resolveExit: (exit: ExecutorExit) => void = () => undefined;
  const exited = new Promise<ExecutorExit>((resolve) => (resolveExit = resolve));
  const signalTree = (signal: "SIGTERM" | "SIGKILL") => {
    // Its number may be somebody else's by then.
    if (!isGone) signalProcess(-pid, signal);
  };
  const { kill, leave } = createProcessEnd({ pid, exited, isGone: () => isGone, strays, signalTree });
  return {
    process: {
      pid,
      channel: undefined,
      exited,
      output: { pause() {}, resume() {} },
      strays,
      leave(timeoutMs) {
        wasTold ??= "leave";
        return leave(timeoutMs);
      },
      kill() {
        wasTold = "kill";
        return kill();
      },
    },
    get wasTold() {
      return wasTold;
    },
    onOutput: passOutput,
    onEnd(code) {
      signalTree("SIGKILL");
      isGone = true;
      strays.endLast();
      setTimeout(() => resolveExit({ code }), lastWordsMs);
    },
  };
}
