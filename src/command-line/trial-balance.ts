import { Command } from 'commander';
import { type TrialBalanceAnswer, TrialBalanceQuery } from '../read-models/queries/trial-balance.js';
import { trialBalanceCsv } from '../read-models/queries/answers-as-csv.js';
import { configFor, withLedger } from './open-ledger.js';
import {
  type Report,
  type ReportOptions,
  printReport,
  stampText,
  withReportOptions,
} from './report-output.js';
import { readable, table } from './table.js';
import { styled } from './terminal.js';

/** `arledger trial-balance` */
export function trialBalanceCommand(): Command {
  return withReportOptions(
    new Command('trial-balance')
      .summary('the balance of every GL account')
      .description('The balance of every GL account; never shown unless debits equal credits.'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  arledger trial-balance\n  arledger trial-balance --as-of 2026-01-31 --json',
    )
    .action(async (_options: ReportOptions, command: Command) => {
      const options: ReportOptions = command.optsWithGlobals();
      const answer = await withLedger(configFor(options), async (ledger) => {
        await ledger.caughtUp();
        const { entity, asOf, knownAt } = options;
        return ledger.app.get(TrialBalanceQuery).run({ entity, asOf, knownAt });
      });
      await printReport(trialBalanceReport(answer, options), options);
    });
}

/** A trial balance as table and CSV. */
export function trialBalanceReport(answer: TrialBalanceAnswer, options: ReportOptions): Report {
  const { items, totals } = answer;
  return {
    json: answer,
    csv: trialBalanceCsv(answer),
    text: [
      `${styled('bold', 'Trial balance')}, ${stampText(answer, options)}`,
      '',
      table(
        [
          { title: 'GL account' },
          { title: 'Currency' },
          { title: 'Debit', right: true },
          { title: 'Credit', right: true },
        ],
        items.map(({ glAccount, currency, debit, credit }) => [
          glAccount,
          currency,
          readable(debit, true),
          readable(credit, true),
        ]),
        totals.map(({ currency, debit, credit }) => ['Total', currency, readable(debit), readable(credit)]),
      ),
    ].join('\n'),
    trust: answer,
  };
}
