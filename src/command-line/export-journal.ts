import { once } from 'node:events';
import { type WriteStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import { Command, Option } from 'commander';
import {
  EXPORT_FORMATS,
  type ExportCounts,
  type ExportFormat,
  exportJournal,
} from '../export/export-journal.js';
import { EXIT, Stopped } from './failures.js';
import { type DataOptions, configFor, withLog } from './open-ledger.js';
import { pace, startProgress } from './progress.js';
import { Stopping } from './stopping.js';
import { count } from './table.js';
import { print, tell } from './terminal.js';

interface ExportOptions extends DataOptions {
  format: ExportFormat;
  out?: string;
}

const CHUNK_CHARS = 1 << 16;

/** `arledger export journal` */
export function exportJournalCommand(): Command {
  return new Command('journal')
    .summary('every journal entry as plain-text accounting or CSV')
    .description(
      'Writes the journal of all accounts, remittances and control accounts from the event log alone, in the order of\n' +
        'recording, each entry on the date it counts from. The last part of a receivable or unapplied account is the\n' +
        'patient account, so that those lines add up to its balance: in ledger and hledger a colon in an id is written\n' +
        '%3A; in beancount a dot is --2E, a colon --3A, an underscore --5F, a lone hyphen --2D, and X-- comes before a\n' +
        'small first letter.\n' +
        'Reads beside a running service.',
    )
    .addOption(new Option('--format <format>', 'what to write').choices(EXPORT_FORMATS).makeOptionMandatory())
    .option(
      '--out <file>',
      'write to a file, which appears when it is complete; standard output unless given',
    )
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  arledger export journal --format hledger --out books.journal && hledger -f books.journal balance\n' +
        '  arledger export journal --format csv | head',
    )
    .action(async (_options: ExportOptions, command: Command) => {
      process.exitCode = await exportTo(command.optsWithGlobals());
    });
}

async function exportTo(options: ExportOptions): Promise<number> {
  using stopping = new Stopping();
  const { format, out } = options;
  const config = configFor(options);
  const startedAt = performance.now();
  const progress = startProgress('journal', 0);
  const draft = out === undefined ? undefined : `${out}.part`;
  const counts = await withLog(config, async (log) => {
    const file = draft === undefined ? undefined : await openForWriting(draft);
    try {
      const pieces = exportJournal(log.readAll(), format);
      let chunk = '';
      let written = 0;
      for (;;) {
        const next = await pieces.next();
        if (stopping.asked) throw new Stopped('nothing was kept; run the same command again');
        if (next.done || chunk.length > CHUNK_CHARS) {
          await (file ? writeTo(file, chunk) : print(chunk));
          chunk = '';
          progress.at(0, pace(written, startedAt, 'pieces'));
        }
        if (next.done) return next.value;
        chunk += next.value;
        written += 1;
      }
    } finally {
      progress.end();
      if (file) await closed(file);
    }
  }).catch((error: unknown) => {
    if (draft !== undefined) rmSync(draft, { force: true });
    throw error;
  });
  if (draft !== undefined && out !== undefined) renameSync(draft, out);
  report(counts, out);
  return counts.unreadable > 0 ? EXIT.refused : EXIT.done;
}

function report({ events, entries, unreadable }: ExportCounts, out: string | undefined): void {
  if (out !== undefined || unreadable > 0) {
    tell(`${count(entries)} entries of ${count(events)} events${out === undefined ? '' : ` in ${out}`}`);
  }
  if (unreadable > 0) {
    tell(
      `unreadable_events: ${count(unreadable)} events cannot be read and are not in the journal; see verify --log`,
    );
  }
}

async function openForWriting(path: string): Promise<WriteStream> {
  const file = createWriteStream(path);
  await once(file, 'open');
  return file;
}

async function writeTo(file: WriteStream, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    file.once('error', reject);
    file.write(text, (error) => {
      file.off('error', reject);
      if (error) reject(error);
      else resolve();
    });
  });
}

async function closed(file: WriteStream): Promise<void> {
  if (file.destroyed) return;
  file.end();
  await once(file, 'close');
}
