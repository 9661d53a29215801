import { isatty } from "node:tty";
import { type DestinationStream, destination, type Logger as PinoLogger, pino, stdTimeFunctions } from "pino";
import { prettyFactory } from "pino-pretty";
import type { EventName } from "./events.ts";
import { safeFields } from "./safe-fields.ts";

/** What is written at all: this and worse. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** The fields that CONTRACT names keep their types everywhere; more may be added. */
export interface LogFields {
  readonly intentId?: string;
  readonly account?: string;
  readonly lane?: string;
  readonly batchId?: string;
  readonly taskId?: string;
  /** The provider's. */
  readonly requestId?: string | null;
  readonly code?: string | number;
  /** How long it took. */
  readonly ms?: number;
  /** Shown as name, message, code, stack and cause. */
  readonly error?: unknown;
  readonly [field: string]: unknown;
}

type Log = (event: EventName, fields?: LogFields) => void;

export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
  /** The same logger with these fields on every line. */
  with(fields: LogFields): Logger;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** api, worker, board, sim or cli. */
  readonly role: string;
  /** For people instead of programs; absent: when stderr is a terminal. */
  readonly pretty?: boolean;
  /** Takes the lines instead of stderr. */
  readonly output?: DestinationStream;
}

const STDERR = 2;

/** One JSON object per line: `{"level":"info","time":"…Z","role":"worker","account":"ali","event":"batch.sent"}`. */
export function createLogger(options: LoggerOptions): Logger {
  const root = pino(
    {
      level: options.level,
      base: { role: options.role },
      messageKey: "event",
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    outputOf(options),
  );
  return loggerOver(root, {});
}

function loggerOver(sink: PinoLogger, bound: LogFields): Logger {
  const at =
    (level: "debug" | "info" | "warn" | "error"): Log =>
    (event, fields = {}) => {
      if (sink.isLevelEnabled(level)) sink[level](safeFields({ ...bound, ...fields }), event);
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => loggerOver(sink, { ...bound, ...fields }),
  };
}

function outputOf(options: LoggerOptions): DestinationStream {
  // Synchronous: the line that says why a process ends must not be lost with it.
  const lines = options.output ?? destination({ fd: STDERR, sync: true });
  if (!(options.pretty ?? (options.output === undefined && isatty(STDERR)))) return lines;
  const prettify = prettyFactory({
    colorize: options.output === undefined,
    messageKey: "event",
    translateTime: "SYS:HH:MM:ss.l",
  });
  return { write: (line) => void lines.write(prettify(line)) };
}
