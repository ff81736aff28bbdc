import { createReadStream, existsSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { Command } from 'commander';
import { linesOf } from '../commands/lines.js';
import { catchUp } from './catch-up.js';
import { CommandFailed, EXIT, Stopped } from './failures.js';
import { type DataOptions, configFor, withLedger } from './open-ledger.js';
import { pace, startProgress } from './progress.js';
import { NOTHING_SENT, type SendingCounts, isRefused, refusalText, sendCommands } from './sending.js';
import { Stopping } from './stopping.js';
import { count } from './table.js';
import { printJson, printLine, tell } from './terminal.js';

const ACTOR = 'import-commands';

interface ImportOptions extends DataOptions {
  json?: boolean;
}

/** `arledger import commands` */
export function importCommandsCommand(): Command {
  return new Command('commands')
    .summary('NDJSON commands, as POST /v1/commands takes them')
    .description(
      'Sends NDJSON commands through the same rules as HTTP: one command a line, many accounts side by side, one\n' +
        'account in order. A line that is refused is named with its file, line and code, and the rest goes on.\n' +
        'Sending a file again posts nothing twice.',
    )
    .argument('<file...>', 'files of commands; - is standard input')
    .option('--json', 'the summary as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  arledger import commands january.ndjson february.ndjson\n' +
        '  arledger generate --accounts 200 --months 6 --seed 1 | arledger import commands -',
    )
    .action(async (files: string[], _options: ImportOptions, command: Command) => {
      process.exitCode = await importCommands(files, command.optsWithGlobals());
    });
}

async function importCommands(files: readonly string[], options: ImportOptions): Promise<number> {
  for (const file of files) {
    if (file !== '-' && !existsSync(file))
      throw new CommandFailed('file_not_found', `there is no file ${file}`);
  }
  using stopping = new Stopping();
  const summary = await withLedger(configFor(options), async (ledger) => {
    const startedAt = performance.now();
    let total = NOTHING_SENT;
    for (const file of files) {
      const size = file === '-' ? 0 : statSync(file).size;
      const input = file === '-' ? process.stdin : createReadStream(file);
      const progress = startProgress(file === '-' ? 'standard input' : file, size);
      const name = file === '-' ? 'standard input' : file;
      let bytes = 0;
      const read = counted(input, (length) => (bytes += length), stopping.signal);
      try {
        const counts = await sendCommands(ledger, wholeLines(linesOf(read), stopping), {
          actor: ACTOR,
          onAnswer: (answer, { posted }) => {
            if (isRefused(answer)) tell(`${name}, line ${answer.line}: ${refusalText(answer)}`);
            progress.at(bytes, pace(total.posted + posted, startedAt));
            return false;
          },
        });
        total = plus(total, counts);
      } finally {
        progress.end();
      }
      if (stopping.asked) break;
    }
    const seconds = (performance.now() - startedAt) / 1000;
    if (!stopping.asked) await catchUp(ledger);
    return { ...total, seconds };
  });
  if (stopping.asked) {
    throw new Stopped(`${count(summary.posted)} posted so far; running the same command again completes it`);
  }
  const eventsPerSecond = Math.round(summary.posted / Math.max(summary.seconds, 0.001));
  const { posted, alreadyThere, refused } = summary;
  if (options.json) await printJson({ posted, alreadyThere, refused, eventsPerSecond });
  else {
    await printLine(
      `${count(posted)} posted, ${count(alreadyThere)} already there, ${count(refused)} refused ` +
        `(${count(eventsPerSecond)} events/s)`,
    );
  }
  return refused > 0 ? EXIT.refused : EXIT.done;
}

/** Where the reading was stopped in the middle of a line, that line is left for the next run. */
async function* wholeLines<T>(lines: AsyncIterable<T>, stopping: Stopping): AsyncGenerator<T> {
  for await (const line of lines) {
    if (stopping.asked) return;
    yield line;
  }
}

/** Passes chunks on and counts their bytes; ends early when told to, even while it waits for more. */
async function* counted(
  input: Readable,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const stop = (): void => void input.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of input as AsyncIterable<Uint8Array>) {
      if (signal.aborted) return;
      onBytes(chunk.length);
      yield chunk;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function plus(a: SendingCounts, b: SendingCounts): SendingCounts {
  return {
    posted: a.posted + b.posted,
    alreadyThere: a.alreadyThere + b.alreadyThere,
    refused: a.refused + b.refused,
  };
}
