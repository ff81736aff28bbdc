import { Command } from 'commander';
import { type AccountListAnswer, AccountListQuery } from '../read-models/queries/account-list.js';
import { accountListCsv } from '../read-models/queries/answers-as-csv.js';
import { type OpenLedger, configFor, withLedger } from './open-ledger.js';
import { wholeNumber } from './option-values.js';
import {
  type Report,
  type ReportOptions,
  printReport,
  stampText,
  withReportOptions,
} from './report-output.js';
import { readable, table } from './table.js';
import { styled } from './terminal.js';

const PAGE = 1000;

interface AccountsOptions extends ReportOptions {
  limit?: number;
}

/** `arledger accounts` */
export function accountsCommand(): Command {
  return withReportOptions(
    new Command('accounts')
      .summary('all accounts with their balances')
      .description('All accounts in the order of their ids, with balance and unapplied credit.')
      .option('--limit <n>', 'at most so many; all unless given', wholeNumber(1, 1_000_000_000)),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  arledger accounts --entity clinic\n  arledger accounts --csv > accounts.csv',
    )
    .action(async (_options: AccountsOptions, command: Command) => {
      const options: AccountsOptions = command.optsWithGlobals();
      const answer = await withLedger(configFor(options), async (ledger) => {
        await ledger.caughtUp();
        return allPages(ledger, options);
      });
      await printReport(accountsReport(answer, options), options);
    });
}

/** All pages as one answer: every page with the clocks of the first, so that none shows a later moment. */
async function allPages(ledger: OpenLedger, options: AccountsOptions): Promise<AccountListAnswer> {
  const query = ledger.app.get(AccountListQuery);
  const { entity, asOf, knownAt, limit = Infinity } = options;
  let page = await query.run({ entity, asOf, knownAt, limit: Math.min(PAGE, limit) });
  const answer = page;
  while (page.nextCursor !== undefined && answer.items.length < limit) {
    page = await query.run({
      entity,
      asOf: answer.asOf,
      knownAt,
      limit: Math.min(PAGE, limit - answer.items.length),
      cursor: page.nextCursor,
    });
    answer.items.push(...page.items);
  }
  const { nextCursor: _, ...all } = answer;
  return all;
}

/** A list of accounts as table and CSV. */
export function accountsReport(answer: AccountListAnswer, options: ReportOptions): Report {
  return {
    json: answer,
    csv: accountListCsv(answer),
    text: [
      `${styled('bold', 'Accounts')}, ${stampText(answer, options)}`,
      '',
      table(
        [
          { title: 'Account' },
          { title: 'Entity' },
          { title: 'Currency' },
          { title: 'Balance', right: true },
          { title: 'Unapplied', right: true },
          { title: 'Last activity' },
        ],
        answer.items.map((a) => [
          a.trustworthy ? a.accountId : `${a.accountId} !`,
          a.entity ?? '',
          a.currency ?? '',
          readable(a.balance),
          readable(a.unapplied, true),
          a.lastActivityOn ?? '',
        ]),
      ),
    ].join('\n'),
    trust: answer,
  };
}
