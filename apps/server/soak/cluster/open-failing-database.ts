import { setTimeout as delay } from "node:timers/promises";
import { openTcpFaultProxy, type TcpFaultProxy, type TcpFaultProxyOptions } from "@oomol/fault-proxy";
import { AsyncDisposableStack } from "@oomol/test-helpers/async-disposable-stack";
import { startPgbouncer } from "@oomol/test-helpers/start-pgbouncer";
import { startPostgres } from "@oomol/test-helpers/start-postgres";
import { startStandby } from "@oomol/test-helpers/start-standby";
import { pino } from "pino";
import { migrate } from "../../src/cluster/schema.ts";

/** A PostgreSQL with a synchronous replica, an address that leads to whichever is the primary, and a pgbouncer before it. */
export interface FailingDatabase extends AsyncDisposable {
  /** What leads to the primary, and may break on the way. */
  proxy: TcpFaultProxy;
  /** By the proxy alone, and by pgbouncer in session mode behind which it is. */
  urls: readonly string[];
  /** The primary itself, for those whom no fault may meet. */
  primaryUrl(): string;
  /** Kills the primary and promotes its replica, to which the address leads before it takes writes; then it gets one, too. */
  failOver(): Promise<void>;
  /** Kills pgbouncer, with all its connections, and starts it again. */
  restartPool(): Promise<void>;
}

/** As long as those who keep watch over replicas may take. */
const undecidedMs = 3_000;

/** Opens one with the schema of this version. */
export async function openFailingDatabase(plan: TcpFaultProxyOptions["plan"]): Promise<FailingDatabase> {
  await using stack = new AsyncDisposableStack();
  let primary = await startPostgres({ isDurable: true });
  stack.defer(() => primary.close());
  let standby = await startStandby(primary);
  stack.defer(() => standby.close());
  const primaryUrl = () => primary.urlOf("postgres");
  await migrate(primaryUrl(), pino({ enabled: false }));
  const proxy = stack.use(await openTcpFaultProxy({ target: primary.address, plan }));
  const proxied = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`;
  const pool = stack.use(await startPgbouncer(proxied, "session"));
  const opened = stack.move();
  return {
    proxy,
    urls: [proxied, pool.url],
    primaryUrl,
    async failOver() {
      const failed = primary;
      failed.process.kill("SIGKILL");
      proxy.redirect(standby.address);
      await delay(undecidedMs);
      await standby.promote();
      primary = standby;
      await failed.close();
      standby = await startStandby(primary);
    },
    restartPool: () => pool.restart(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
