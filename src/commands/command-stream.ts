import type { Logger } from 'pino';
import { type Problem, ProblemError, problem, problemOf, validationFailed } from '../http/problem.js';
import { MalformedJson, parseStrictJson } from '../http/strict-json.js';
import type { AccountRequest } from './account-request.js';
import { validateCommand } from './command-classes.js';
import { OverlongLine } from './lines.js';
import type { Outcome } from './receipt.js';

/** A line as it came (a blank one counts and is left out), or a command that is already an object. */
export type CommandLine = Uint8Array | string | OverlongLine | Readonly<Record<string, unknown>>;

/** The answer to one line: the receipt with status 201 or 200, or the problem with its own. */
export interface CommandAnswer {
  /** From 1. */
  line: number;
  status: number;
  [fact: string]: unknown;
}

export interface CommandStreamOptions {
  /** At most so many commands under way. */
  inFlight?: number;
  log: Logger;
}

/**
 * Carries out commands line by line. Answers come in the order of the lines; commands on different accounts go on side
 * by side, those on one account in order (`execute` is called in the order of the lines and has to keep to it). Reads
 * no further while too many are under way or nobody takes the answers. A line that cannot be used has its own answer;
 * the rest goes on. When the lines break off with an error, what was begun is answered first.
 */
export async function* runCommandLines(
  lines: AsyncIterable<CommandLine> | Iterable<CommandLine>,
  execute: (command: AccountRequest) => Promise<Outcome>,
  { inFlight = 1000, log }: CommandStreamOptions,
): AsyncGenerator<CommandAnswer, void, undefined> {
  const input = Symbol.asyncIterator in lines ? lines[Symbol.asyncIterator]() : lines[Symbol.iterator]();
  const underWay: Promise<CommandAnswer>[] = [];
  let line = 0;
  let reading: Promise<Read> | undefined;
  let answering: Promise<{ answer: CommandAnswer }> | undefined;
  let end: Read | undefined;

  try {
    while (!end || underWay.length > 0) {
      if (!end && underWay.length < inFlight) reading ??= read(input);
      answering ??= underWay[0]?.then((answer) => ({ answer }));
      const next = await Promise.race([reading, answering].filter((promise) => promise !== undefined));
      if ('answer' in next) {
        answering = undefined;
        void underWay.shift();
        yield next.answer;
        continue;
      }
      reading = undefined;
      if (!('line' in next)) {
        end = next;
        continue;
      }
      line += 1;
      if (!isBlank(next.line)) underWay.push(answerTo(next.line, line, execute, log));
    }
    if ('error' in end) throw end.error;
  } finally {
    // Whoever takes the answers has gone: stop reading. What was begun is finished.
    if (!end) void Promise.resolve(input.return?.()).catch(() => undefined);
  }
}

type Read = { line: CommandLine } | { done: true } | { error: unknown };

async function read(input: AsyncIterator<CommandLine> | Iterator<CommandLine>): Promise<Read> {
  try {
    const next = await input.next();
    return next.done ? { done: true } : { line: next.value };
  } catch (error) {
    return { error };
  }
}

function isBlank(line: CommandLine): boolean {
  if (typeof line === 'string') return line.trim() === '';
  return line instanceof Uint8Array && line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

async function answerTo(
  given: CommandLine,
  line: number,
  execute: (command: AccountRequest) => Promise<Outcome>,
  log: Logger,
): Promise<CommandAnswer> {
  try {
    const { appended, receipt } = await execute(commandIn(given));
    return { line, status: appended ? 201 : 200, ...receipt };
  } catch (error) {
    return answerOf(line, problemOf(error, log));
  }
}

/** `status` right after the line number, where people look for it. */
function answerOf(line: number, { status, code, ...facts }: Problem): CommandAnswer {
  return { line, status, code, ...facts };
}

function commandIn(given: CommandLine): AccountRequest {
  const result = validateCommand(valueOf(given));
  if ('errors' in result) throw validationFailed(result.errors);
  return result.command;
}

function valueOf(given: CommandLine): unknown {
  if (given instanceof OverlongLine) {
    throw new ProblemError(
      problem('body_too_large', 413, 'The line is longer than any command may be.', {
        bytesMax: given.bytesMax,
      }),
    );
  }
  if (typeof given !== 'string' && !(given instanceof Uint8Array)) return given;
  try {
    return parseStrictJson(given);
  } catch (error) {
    if (error instanceof MalformedJson) throw validationFailed([{ field: 'body', message: error.message }]);
    throw error;
  }
}
