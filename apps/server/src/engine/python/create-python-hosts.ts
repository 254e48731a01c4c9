import type { Logger } from "pino";
import type { ExecutorProcessOptions } from "../../processes/executor-process.ts";
import type { ExecutorCommand } from "../../processes/find-executor.ts";
import { ownResidentBytes } from "../../processes/process-tree.ts";
import { readPythonProgram } from "../../processes/read-python-program.ts";
import { messageOf } from "../../values.ts";
import type { WarmOptions } from "../spares/warm-options.ts";
import { type Forked, type ForkHost, type ForkRequest, openForkHost } from "./open-fork-host.ts";

/** The fork hosts of a server: one for each caller and package whose Python blocks have run of late. */
export interface PythonHosts {
  /** An executor, or nothing if this one must be started by itself. Never rejects. */
  fork(wanted: WantedFork): Promise<Forked | undefined>;
  /** Ends them, and what they have forked. */
  close(): Promise<void>;
}

export interface WantedFork extends Omit<ForkRequest, "onEnd"> {
  /** Names the caller and the package. */
  key: string;
  /** The state of the package; a host serves one. */
  stamp: string | undefined;
  command: ExecutorCommand;
  env: ExecutorProcessOptions["env"];
}

interface Family {
  readonly stamp: string;
  /** Libraries that no host of it loads. */
  readonly refused: Set<string>;
  /** Forks, one after the other, that did not end well. */
  strikes: number;
  /** Each executor is started by itself. */
  isOff: boolean;
  hosted: Hosted | undefined;
}

interface Hosted {
  readonly host: ForkHost;
  readonly startedAtMs: number;
  forks: number;
  idleTimer: NodeJS.Timeout | undefined;
  isRetired: boolean;
}

/** Large libraries take a while on a busy machine; what takes longer hangs. */
const loadTimeoutMs = 30_000;
const goodbyeMs = 1_000;
/** A block may fail by itself; forks that all fail may not bear to be forks. */
const maxStrikes = 3;
const maxFamilies = 1_000;

export function createPythonHosts(options: WarmOptions & { log: Logger }): PythonHosts {
  const { log } = options;
  const families = new Map<string, Family>(); // used least recently first
  const hosts = new Set<Hosted>();
  const leaving = new Set<Promise<void>>();
  let isClosed = false;

  const familyOf = (key: string, stamp: string): Family => {
    const known = families.get(key);
    if (known && known.stamp !== stamp) retire(known);
    const fresh = { stamp, refused: new Set<string>(), strikes: 0, isOff: false, hosted: undefined };
    const family = known?.stamp === stamp ? known : fresh;
    families.delete(key);
    families.set(key, family);
    for (const [oldest, { hosted }] of families) {
      if (families.size <= maxFamilies) break;
      if (hosted === undefined) families.delete(oldest);
    }
    return family;
  };

  const open = (python: ExecutorCommand, { command, env }: WantedFork, refused: Set<string>): Hosted => {
    const host = openForkHost(python, command.file, {
      env,
      refused,
      onOutput: ({ stdio, text }) =>
        log.debug({ processId: host.process.pid, stdio, text }, "Python host output"),
    });
    const hosted = { host, startedAtMs: Date.now(), forks: 0, idleTimer: undefined, isRetired: false };
    hosts.add(hosted);
    void host.process.exited.then(() => hosts.delete(hosted));
    return hosted;
  };

  /** It forks no more, and leaves when its last fork has ended. */
  const retire = (family: Family) => {
    const { hosted } = family;
    family.hosted = undefined;
    if (hosted === undefined) return;
    hosted.isRetired = true;
    leaveIfIdle(hosted);
  };

  const leaveIfIdle = (hosted: Hosted) => {
    const { host } = hosted;
    clearTimeout(hosted.idleTimer);
    if (host.size > 0) return;
    host.close();
    const gone = host.process.leave(goodbyeMs).finally(() => leaving.delete(gone));
    leaving.add(gone);
  };

  const handleEnd = (family: Family, hosted: Hosted, isWell: boolean, signal: number | undefined) => {
    family.strikes = isWell ? 0 : family.strikes + 1;
    if (signal !== undefined || family.strikes >= maxStrikes) {
      family.isOff = true;
      log.info({ signal }, "Python executors of a package are started by themselves from now on");
    }
    if (!isWell && family.hosted === hosted) retire(family);
    else if (hosted.isRetired) leaveIfIdle(hosted);
    else if (hosted.host.size === 0) {
      hosted.idleTimer = setTimeout(() => retire(family), options.spareIdleMs).unref();
    }
  };

  const isWornOut = ({ forks, startedAtMs, host }: Hosted) =>
    forks >= options.executorTasks ||
    Date.now() - startedAtMs >= options.executorAgeMs ||
    host.process.pid === undefined;

  /** Those that were not used for the longest time go, while all hold more than they may. */
  const keepWithinMemory = (newest: Family) => {
    const held = () => [...hosts].reduce((sum, { host }) => sum + ownResidentBytes(host.process.pid ?? 0), 0);
    for (const family of families.values()) {
      if (family === newest || held() <= options.warmMemoryBytes) return;
      if (family.hosted?.host.size === 0) retire(family);
    }
  };

  const tryFork = async (family: Family, python: ExecutorCommand, wanted: WantedFork) => {
    // Each time it leaves out a library more.
    while (!family.isOff && !isClosed) {
      if (family.hosted && isWornOut(family.hosted)) retire(family);
      family.hosted ??= open(python, wanted, family.refused);
      const { hosted } = family;
      clearTimeout(hosted.idleTimer);
      hosted.forks += 1;
      const asked = hosted.host.fork({
        ...wanted,
        onEnd: (isWell, signal) => handleEnd(family, hosted, isWell, signal),
      });
      const answer = await within(loadTimeoutMs, asked);
      if (!("unfit" in answer)) return answer;
      log.info({ libraries: answer.unfit }, "a Python library cannot be loaded ahead");
      for (const name of Object.keys(answer.unfit)) family.refused.add(name);
      if (family.hosted === hosted) retire(family);
    }
    return undefined;
  };

  return {
    async fork(wanted) {
      const { key, stamp, command } = wanted;
      if (stamp === undefined || command.args.length > 0 || isClosed) return undefined;
      const family = familyOf(key, stamp);
      if (family.isOff) return undefined;
      const python = await readPythonProgram(command.file);
      if (python === undefined) family.isOff = true;
      else {
        const answer = await tryFork(family, python, wanted).catch((error: unknown) => {
          log.info({ error: messageOf(error) }, "a Python executor could not be forked");
          const { hosted } = family;
          void hosted?.host.process.kill();
          family.hosted = undefined;
          family.strikes += 1;
          family.isOff ||= family.strikes >= maxStrikes;
          return undefined;
        });
        if (answer) keepWithinMemory(family);
        return answer;
      }
      return undefined;
    },
    async close() {
      isClosed = true;
      for (const { host, idleTimer } of hosts) {
        clearTimeout(idleTimer);
        host.close();
      }
      await Promise.all([...hosts].map(({ host }) => host.process.leave(goodbyeMs)));
      await Promise.all(leaving);
    },
  };
}

async function within<Value>(timeoutMs: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs / 1_000} s.`)), timeoutMs);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
