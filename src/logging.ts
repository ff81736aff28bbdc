import type { LoggerService } from '@nestjs/common';
import type { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { type DestinationStream, type Logger, destination, pino } from 'pino';
import type { LogLevel } from './config.js';

/** Injection token of the logger. */
export const LOG = Symbol('Logger');

/** A structured log on standard error, so that standard output stays free for what a command answers. */
export function createLogger(
  level: LogLevel,
  to: DestinationStream = destination({ dest: 2, sync: true }),
): Logger {
  return pino({ level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, to);
}

/**
 * What is logged of an error: its kind and where it happened. Never its message, which may quote what a caller sent.
 */
export function describeError(error: unknown): {
  name: string;
  code?: unknown;
  at?: string[];
  cause?: object;
} {
  if (!(error instanceof Error)) return { name: typeof error };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...('code' in error ? { code: error.code } : {}),
    ...(frames ? { at: frames.slice(0, 8).map((line) => line.trim()) } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** Lets Nest write its own messages to our log. */
export class NestLog implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...more: unknown[]): void {
    this.pino.debug({ from: more.at(-1) }, String(message));
  }
  error(message: unknown, ...more: unknown[]): void {
    const from = more.at(-1);
    const text = message instanceof Error ? message.name : String(message);
    // What ends the start is thrown as well, and told in one line by whoever started.
    if (from === 'ExceptionHandler' || from === 'NestApplication') this.pino.debug({ from }, text);
    else this.pino.error({ from }, text);
  }
  warn(message: unknown, ...more: unknown[]): void {
    this.pino.warn({ from: more.at(-1) }, String(message));
  }
  debug(message: unknown, ...more: unknown[]): void {
    this.pino.trace({ from: more.at(-1) }, String(message));
  }
  verbose(message: unknown, ...more: unknown[]): void {
    this.pino.trace({ from: more.at(-1) }, String(message));
  }
}

/** How Nest is to start: with our log, and with errors thrown instead of ending the process. */
export function nestOptions(log: Logger): NestApplicationContextOptions {
  return Object.assign(Object.create(null) as NestApplicationContextOptions, {
    logger: new NestLog(log),
    abortOnError: false,
  });
}
