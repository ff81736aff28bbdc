import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { CommandLine } from '../commands/command-stream.js';
import { ZERO, formatMoney } from '../ledger/money.js';
import { SYNTHEA_CURRENCY } from '../synthea/conversion.js';
import { BrokenCsvFile } from '../synthea/csv-file.js';
import { type ImportedCommand, SyntheaImport, TRANSACTIONS } from '../synthea/import-rows.js';
import { ledgerId } from '../ledger-id.js';
import { type AccountSums, sumsInLedger } from '../synthea/ledger-sums.js';
import { NO_SUMS, type Sums, agree, plus } from '../synthea/sums.js';
import { CommandFailed, EXIT, Stopped } from './failures.js';
import { catchUp } from './catch-up.js';
import { type DataOptions, type OpenLedger, configFor, withLedger } from './open-ledger.js';
import { pace, startProgress } from './progress.js';
import { type SendingCounts, isRefused, refusalText, sendCommands } from './sending.js';
import { Stopping } from './stopping.js';
import { count, readable, table } from './table.js';
import { printJson, printLine, styled, tell } from './terminal.js';

const ACTOR = 'import-synthea';

interface SyntheaOptions extends DataOptions {
  json?: boolean;
}

/** `arledger import synthea` */
export function importSyntheaCommand(): Command {
  return new Command('synthea')
    .summary('the CSV files of a Synthea hospital')
    .description(
      'Imports claims_transactions.csv, with claims.csv and payers.csv where they are there: one account a patient, its\n' +
        'id the PATIENTID; all other ids are those of the rows, so that a second run posts nothing. Ids that the ledger\n' +
        'does not allow are written enc:<base64url>, long ones sha:<base64url of SHA-256>. Dates are those of the\n' +
        'instants in ARLEDGER_TIMEZONE. A row that cannot be used is named with its line and reason; what follows on the\n' +
        'same charge waits for it. A file that cannot be read on stops the import: mend it and run it again.\n' +
        'At the end the ledger is compared with the sums of the file.',
    )
    .argument('<folder>', 'folder of the CSV files')
    .option('--json', 'the summary as JSON')
    .addHelpText('after', '\nExamples:\n  arledger import synthea ./synthea/output/csv')
    .action(async (folder: string, _options: SyntheaOptions, command: Command) => {
      process.exitCode = await importSynthea(folder, command.optsWithGlobals());
    });
}

/** What an account has in the file and in the ledger. */
interface Comparison {
  accountId: string;
  file: Sums;
  ledger: AccountSums;
  agrees: boolean;
}

async function importSynthea(folder: string, options: SyntheaOptions): Promise<number> {
  const path = join(folder, TRANSACTIONS);
  if (!existsSync(path))
    throw new CommandFailed('file_not_found', `there is no ${TRANSACTIONS} in ${folder}`);
  const config = configFor(options);
  using stopping = new Stopping();
  return await withLedger(config, async (ledger) => {
    const startedAt = performance.now();
    const size = statSync(path).size;
    let bytes = 0;
    const pass = await SyntheaImport.open({
      folder,
      timeZone: config.timeZone,
      onUnusable: ({ line, column, reason }) =>
        tell(`${TRANSACTIONS}, line ${line}, column ${column}: ${reason}`),
      onBytes: (read) => (bytes = read),
    });
    const progress = startProgress(TRANSACTIONS, size);
    const underWay: ImportedCommand[] = [];
    let broken: BrokenCsvFile | undefined;
    let sent: SendingCounts;
    try {
      sent = await sendCommands(
        ledger,
        remembered(pass, underWay, stopping, (error) => (broken = error)),
        {
          actor: ACTOR,
          onAnswer: (answer, { posted }) => {
            const { line, command } = underWay.shift()!;
            progress.at(bytes, pace(posted, startedAt));
            if (!isRefused(answer)) return false;
            // Opened by an earlier import that met another row of this patient first.
            if (command.type === 'OpenAccount' && String(answer['differs']) === 'openedOn') return true;
            tell(`${TRANSACTIONS}, line ${line}: ${refusalText(answer)}`);
            return false;
          },
        },
      );
    } finally {
      progress.end();
    }
    const eventsPerSecond = Math.round(sent.posted / Math.max((performance.now() - startedAt) / 1000, 0.001));
    if (stopping.asked) {
      throw new Stopped(`${count(sent.posted)} posted so far; running the same command again completes it`);
    }
    await catchUp(ledger);
    if (broken) {
      tell(`${count(sent.posted)} posted, ${count(sent.alreadyThere)} already there before it`);
      throw new CommandFailed('broken_csv_file', `${broken.message}; mend it and run the same command again`);
    }
    const comparisons = await compare(ledger, pass);
    const result = { pass, sent, eventsPerSecond, comparisons };
    await (options.json ? printSummaryJson(result) : printSummary(result));
    const isGood = sent.refused === 0 && pass.unusable === 0 && comparisons.every(({ agrees }) => agrees);
    return isGood ? EXIT.done : EXIT.refused;
  });
}

/** Gives the commands and keeps their rows until the answers come; a file that breaks off ends them. */
async function* remembered(
  pass: SyntheaImport,
  underWay: ImportedCommand[],
  stopping: Stopping,
  onBroken: (error: BrokenCsvFile) => void,
): AsyncGenerator<CommandLine> {
  try {
    for await (const imported of pass.commands()) {
      if (stopping.asked) return;
      underWay.push(imported);
      yield { ...imported.command };
    }
  } catch (error) {
    if (!(error instanceof BrokenCsvFile)) throw error;
    onBroken(error);
  }
}

/** Holds each account, read from the event log, against the sums of the file. */
async function compare(ledger: OpenLedger, pass: SyntheaImport): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const [patient, file] of pass.fileSums.byPatient) {
    const accountId = ledgerId(patient);
    const found = await sumsInLedger(ledger.store, accountId, (entryId) =>
      pass.rowIds.has(`${accountId}|${entryId}`),
    );
    const stayed = pass.toSameParty.get(patient) ?? ZERO;
    const expected = { ...file, transfers: file.transfers.minus(stayed) };
    const agrees = agree(expected, found.imported) && found.unreadable === 0;
    comparisons.push({ accountId, file, ledger: found, agrees });
  }
  return comparisons;
}

interface Summary {
  pass: SyntheaImport;
  sent: SendingCounts;
  eventsPerSecond: number;
  comparisons: Comparison[];
}

const SUMS = ['charges', 'payments', 'adjustments', 'transfers', 'balance'] as const;

async function printSummary({ pass, sent, eventsPerSecond, comparisons }: Summary): Promise<void> {
  const columns = [
    { title: 'Account' },
    ...SUMS.map((sum) => ({ title: capital(sum), right: true })),
    { title: 'File' },
  ];
  const cells = (sums: Sums): string[] => SUMS.map((sum) => readable(usd(sums[sum])));
  const total = comparisons.reduce((sum, { ledger }) => plus(sum, ledger.imported), NO_SUMS);
  const fileTotal = comparisons.reduce((sum, { file }) => plus(sum, file), NO_SUMS);
  const differing = comparisons.filter(({ agrees }) => !agrees);
  await printLine(
    table(
      columns,
      comparisons.map(({ accountId, ledger, agrees }) => [
        accountId,
        ...cells(ledger.imported),
        agrees ? 'agrees' : styled('red', 'DIFFERS'),
      ]),
      [
        ['In the ledger', ...cells(total), ''],
        ['In the file', ...cells(fileTotal), differing.length === 0 ? 'agrees' : styled('red', 'DIFFERS')],
      ],
    ),
  );
  await printLine();
  const { posted, alreadyThere, refused } = sent;
  await printLine(
    `${count(pass.rows)} rows: ${count(posted)} events posted (${count(eventsPerSecond)}/s), ` +
      `${count(alreadyThere)} already there, ${count(refused)} refused, ${count(pass.unusable)} rows not used`,
  );
  const { no_money: noMoney, transfer_to_same_party: sameParty } = pass.nothing;
  if (noMoney > 0)
    await printLine(`${count(noMoney)} rows move no money, so there is nothing to post for them.`);
  if (sameParty > 0) {
    const stayed = [...pass.toSameParty.values()].reduce((sum, amount) => sum.plus(amount), ZERO);
    await printLine(
      `${count(sameParty)} transfers (${readable(usd(stayed))}) name the party that owed it already: nothing to post.`,
    );
  }
  const touched = comparisons.filter(({ ledger }) => ledger.otherEntries > 0);
  if (touched.length > 0) {
    await printLine(
      `${count(touched.length)} accounts have entries beside the file's; they are not compared.`,
    );
  }
  for (const { accountId, file, ledger } of differing) {
    for (const sum of SUMS) {
      const difference = ledger.imported[sum].minus(file[sum]);
      if (!difference.isZero()) {
        await printLine(
          `${accountId}: ${sum} ${usd(ledger.imported[sum])} in the ledger, ${usd(file[sum])} in the file, difference ${usd(difference)}`,
        );
      }
    }
  }
  await printLine(
    differing.length === 0
      ? `The ledger agrees with the file: ${count(comparisons.length)} accounts, to the cent.`
      : `The ledger DOES NOT AGREE with the file in ${count(differing.length)} of ${count(comparisons.length)} accounts.`,
  );
}

async function printSummaryJson({ pass, sent, eventsPerSecond, comparisons }: Summary): Promise<void> {
  const written = (sums: Sums) => Object.fromEntries(SUMS.map((sum) => [sum, usd(sums[sum])]));
  const total = (of: (comparison: Comparison) => Sums) => written(comparisons.map(of).reduce(plus, NO_SUMS));
  await printJson({
    rows: pass.rows,
    ...sent,
    eventsPerSecond,
    rowsNotUsed: pass.unusable,
    rowsWithNothingToPost: pass.nothing,
    agrees: comparisons.every(({ agrees }) => agrees),
    total: { ledger: total(({ ledger }) => ledger.imported), file: total(({ file }) => file) },
    accounts: comparisons.map(({ accountId, file, ledger, agrees }) => ({
      accountId,
      agrees,
      ...written(ledger.imported),
      accountBalance: usd(ledger.balance),
      otherEntries: ledger.otherEntries,
      file: written(file),
    })),
  });
}

function usd(amount: Sums['balance']): string {
  return formatMoney(amount, SYNTHEA_CURRENCY);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
