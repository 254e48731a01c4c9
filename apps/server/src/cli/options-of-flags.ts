import { type DestinationStream, type Logger, pino } from "pino";
import type { ServerOptions } from "../serve/options.ts";
import type { CallerFlags, LogFlags, RunFlags } from "./command-options.ts";
import { readTokens } from "./read-tokens.ts";

/** Flags with the same meaning for every process that has them. */
export type SharedFlags = LogFlags &
  Partial<CallerFlags & RunFlags> & {
    packages?: string[];
    applets?: string;
    data?: string;
    keepDays?: number;
  };

/** The flags, in the units of the options; a missing flag leaves the default. */
export function optionsOf(flags: SharedFlags): Partial<ServerOptions> & { packages: string[]; log: Logger } {
  return {
    packages: flags.packages ?? [],
    dataDirectory: flags.data,
    appletsFile: flags.applets,
    host: flags.host,
    port: flags.port,
    tokens: readTokens(flags.tokenFile),
    allowedOrigins: flags.allowOrigin,
    requestsPerMinute: flags.rateLimit,
    bodyLimitBytes: scale(flags.bodyLimitMb, 2 ** 20),
    uploadLimitBytes: scale(flags.uploadLimitGb, 2 ** 30),
    uploadsLimitBytes: scale(flags.uploadsLimitGb, 2 ** 30),
    uploadKeepMs: scale(flags.uploadHours, 3_600_000),
    concurrency: flags.concurrency,
    isolation: flags.isolation,
    spareExecutors: flags.spareExecutors,
    warmMemoryBytes: scale(flags.warmMemoryMb, 2 ** 20),
    executorTasks: flags.executorTasks,
    executorAgeMs: scale(flags.executorMinutes, 60_000),
    executorGrowthBytes: scale(flags.executorGrowthMb, 2 ** 20),
    executorReadyTimeoutMs: flags.executorReadyTimeoutMs,
    taskTimeoutMs: flags.taskTimeoutMs,
    taskMemoryBytes: scale(flags.taskMemoryMb, 2 ** 20),
    taskLogBytes: scale(flags.taskLogMb, 2 ** 20),
    crashLimit: flags.crashLimit,
    runAs: flags.runAs,
    sandbox: flags.sandbox,
    noNetwork: flags.network === false,
    retainedVariables: flags.retainEnv,
    webhookAllow: flags.webhookAllow,
    keepMs: scale(flags.keepDays, 86_400_000),
    log: createLog(flags.logLevel),
  };
}

/** JSON lines, on stderr by default. The field `error` is logged with message and stack, and with those of its causes. */
export function createLog(level: string, destination: DestinationStream = stderr()): Logger {
  return pino({ level, serializers: { error: pino.stdSerializers.err } }, destination);
}

function stderr(): DestinationStream {
  return pino.destination({ fd: 2, sync: true });
}

export function scale(number: number | undefined, factor: number): number | undefined {
  return number === undefined ? undefined : Math.floor(number * factor);
}
