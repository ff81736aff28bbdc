import { createReadStream, existsSync, statSync } from 'node:fs';
import { Command } from 'commander';
import type { FileSummary } from '../remittances/posting/import-summary.js';
import type { ImportOptions as ImportFileOptions } from '../remittances/posting/remittance-import.js';
import type { Importing } from '../remittances/remittances.js';
import { catchUp } from './catch-up.js';
import { CommandFailed, EXIT, Stopped } from './failures.js';
import { type DataOptions, type OpenLedger, configFor, withLedger } from './open-ledger.js';
import { pace, startProgress } from './progress.js';
import { fileReport, needsSomebody, togetherReport } from './remittance-report.js';
import { Stopping } from './stopping.js';
import { printJson, printLine } from './terminal.js';

const ACTOR = 'import-835';

interface ImportOptions extends DataOptions {
  dryRun?: boolean;
  createAccounts?: boolean;
  json?: boolean;
}

/** `arledger import 835` */
export function import835Command(): Command {
  return new Command('835')
    .summary("payers' remittance advices (X12 835)")
    .description(
      'Posts X12 835 remittance advices: payments, adjustments, transfers to the next who owes, denials, takebacks and\n' +
        'provider adjustments. A transaction that does not balance is held, a claim that cannot be posted is suspended\n' +
        'with its reason; the money of what is suspended stands on a clearing account. The same remittance again posts\n' +
        'nothing; a run that was cut off is gone on with by running it again.',
    )
    .argument('<file...>', 'files of one or many 835')
    .option('--dry-run', 'say what would be posted, and keep nothing')
    .option(
      '--create-accounts',
      'open accounts and post the charges that the remittances state where there are none',
    )
    .option('--json', 'the summary as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  arledger import 835 --dry-run january/*.835\n' +
        '  arledger import 835 january/*.835\n' +
        '  arledger import 835 --create-accounts --data /tmp/look remittance.edi',
    )
    .action(async (files: string[], _options: ImportOptions, command: Command) => {
      process.exitCode = await import835(files, command.optsWithGlobals());
    });
}

/** A file as it was named, and what importing it came to. */
type Imported = { file: string } & FileSummary;

async function import835(files: readonly string[], options: ImportOptions): Promise<number> {
  for (const file of files) {
    if (!existsSync(file)) throw new CommandFailed('file_not_found', `there is no file ${file}`);
    if (statSync(file).isDirectory()) throw new CommandFailed('file_not_found', `${file} is a folder`);
  }
  using stopping = new Stopping();
  const imported = await withLedger(configFor(options), async (ledger) => {
    const all = await importAll(ledger, files, options, stopping.signal);
    if (!stopping.asked && !options.dryRun) await catchUp(ledger);
    return all;
  });
  if (imported.length < files.length) {
    throw new Stopped(
      `${imported.length} of ${files.length} files done; running the same command again completes it`,
    );
  }
  if (options.json) await printJson({ dryRun: options.dryRun === true, files: imported });
  else {
    if (imported.length > 1) await printLine(`\n${togetherReport(imported)}`);
    if (options.dryRun) await printLine('\nDry run: nothing was kept.');
  }
  return imported.some(needsSomebody) ? EXIT.refused : EXIT.done;
}

/** Imports one file after the other, and tells of each as soon as it is done; ends early at the signal. */
async function importAll(
  ledger: OpenLedger,
  files: readonly string[],
  { createAccounts = false, dryRun = false, json = false }: ImportOptions,
  signal: AbortSignal,
): Promise<Imported[]> {
  const { Remittances } = await import('../remittances/remittances.js');
  const remittances = ledger.app.get(Remittances);
  await using importing = await (dryRun ? remittances.dryRun() : remittances.forReal());
  const all: Imported[] = [];
  try {
    for (const file of files) {
      const summary = await importOne(importing, file, { createAccounts, sender: { actor: ACTOR }, signal });
      all.push({ file, ...summary });
      if (!json) await printLine(fileReport(file, summary));
    }
  } catch (error) {
    if (error !== signal.reason) throw error;
  }
  return all;
}

async function importOne(
  importing: Importing,
  file: string,
  options: ImportFileOptions,
): Promise<FileSummary> {
  const progress = startProgress(file, 0);
  const startedAt = performance.now();
  try {
    return await importing.importFile(createReadStream(file), {
      ...options,
      onProgress: ({ claims }) => progress.at(0, pace(claims, startedAt, 'claims')),
    });
  } finally {
    progress.end();
  }
}
