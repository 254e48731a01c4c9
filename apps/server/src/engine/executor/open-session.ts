import { topics } from "@oomol/scriptlet/wire";
import type { Room } from "../../broker/room.ts";
import type { FoundProcess } from "../../processes/marked-processes.ts";
import { watchMemory } from "../../processes/memory-limit.ts";
import type { ExecutorPool, Wanted } from "../spares/executor-pool.ts";
import type { Executor, ExecutorScope } from "./start-executor.ts";

/** An engine session with an executor for each package that it runs blocks of. */
export interface Session {
  readonly id: string;
  /** Absolute; what the blocks of the session make goes here. */
  readonly directory: string;
  /** The one that the session was opened with. */
  readonly executor: Executor;
  /** Resolves, if ever, with the limit that the session has exceeded; whoever runs something on it ends it then. */
  readonly exceeded: Promise<string>;
  /** The executor of a scope, started if the session has none. Rejects if there is no such program. */
  executorOf(scope: ExecutorScope): Promise<Executor>;
  /** What the executors say and hear. */
  readonly room: Room;
  /** Its executor is about to be given back; false if it serves no other session. */
  expectEnd(): boolean;
  /** Ends what has left the process trees of the session; answers what there was. */
  endStrays(): FoundProcess[];
  /** Says goodbye as the engine does, and gives the executors back. */
  end(sessionFinished: object): Promise<void>;
  /** Ends the process trees now. */
  kill(): Promise<void>;
}

/** Whose session it is, and what that one may use. */
export interface SessionOwner extends Pick<Wanted, "caller" | "uploads" | "trace"> {
  taskMemoryBytes: number | undefined;
}

/** Opens a session with an executor for a package of it. Rejects if there is no such program. */
export async function openSession(
  pool: ExecutorPool,
  scope: ExecutorScope,
  { taskMemoryBytes, ...owner }: SessionOwner,
): Promise<Session> {
  const executor = await pool.acquire({ ...scope, ...owner });
  const { place } = executor;
  const { id, directory, room } = place;
  const keyOf = (wanted: ExecutorScope) => `${wanted.executorName} ${wanted.packageDirectory}`;
  const executors = new Map([[keyOf(scope), Promise.resolve(executor)]]);
  const members = new Set([executor]);
  let endWatch = () => {};
  const over = new Promise<void>((resolve) => (endWatch = resolve));
  let isOver = false;

  const acquire = async (wanted: ExecutorScope) => {
    const member = await pool.acquire({ ...wanted, ...owner }, place);
    members.add(member);
    if (isOver) await pool.release(member, "broken");
    return member;
  };
  const releaseAll = async (how: "ended" | "broken") => {
    isOver = true;
    endWatch();
    await Promise.all([...members].map((member) => pool.release(member, how)));
    await Promise.allSettled(executors.values()); // what was still being started ends itself
    room.close();
  };

  return {
    id,
    directory,
    executor,
    room,
    executorOf(wanted) {
      const key = keyOf(wanted);
      const acquiring = executors.get(key) ?? acquire(wanted);
      executors.set(key, acquiring);
      return acquiring;
    },
    exceeded: Promise.race([
      watchMemory(() => [...members].flatMap(pidsOf), over, taskMemoryBytes),
      new Promise<string>((resolve) => room.onRefused(resolve)),
    ]),
    expectEnd: () => pool.expect(executor),
    endStrays: () => [...members].flatMap(({ process }) => process.strays.end()),
    async end(sessionFinished) {
      room.publish(topics.report, sessionFinished);
      await releaseAll("ended");
    },
    kill: () => releaseAll("broken"),
  };
}

/** All that counts for the task, each with what descends from it. */
function pidsOf({ process: { pid, strays } }: Executor): number[] {
  return pid === undefined ? [] : [pid, ...strays.list()];
}
