import { Command, InvalidArgumentError, Option } from 'commander';
import { parseBuckets } from '../ledger/aging.js';
import { agingCsv } from '../read-models/queries/answers-as-csv.js';
import { type AgingAnswer, AgingQuery } from '../read-models/queries/aging.js';
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

const BASES = ['service', 'posted', 'responsible'] as const;
const GROUPS = ['none', 'party', 'payer', 'account', 'entity'] as const;

interface AgingOptions extends ReportOptions {
  basis: (typeof BASES)[number];
  groupBy: (typeof GROUPS)[number];
  buckets?: number[];
}

/** `arledger aging` */
export function agingCommand(): Command {
  return withReportOptions(
    new Command('aging')
      .summary('what is open, by age')
      .description('What is open, by age; never shown unless it comes to the balances.')
      .addOption(new Option('--basis <basis>', 'what age counts from').choices(BASES).default('service'))
      .addOption(new Option('--group-by <group>', 'a line for each').choices(GROUPS).default('none'))
      .option('--buckets <days>', 'last day of each bucket, rising (default: 30,60,90,120)', bucketBounds),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  arledger aging --group-by payer\n  arledger aging --basis responsible --as-of 2026-01-31 --csv',
    )
    .action(async (_options: AgingOptions, command: Command) => {
      const options: AgingOptions = command.optsWithGlobals();
      const answer = await withLedger(configFor(options), async (ledger) => {
        await ledger.caughtUp();
        const { basis, groupBy, buckets, entity, asOf, knownAt } = options;
        return ledger.app.get(AgingQuery).run({ basis, groupBy, buckets, entity, asOf, knownAt });
      });
      await printReport(agingReport(answer, options), options);
    });
}

/** An aging answer as table and CSV. */
export function agingReport(answer: AgingAnswer, options: ReportOptions): Report {
  const { buckets, groupBy, items, totals } = answer;
  const keyTitles = {
    none: [],
    party: ['Party'],
    payer: ['Payer'],
    account: ['Account'],
    entity: ['Entity'],
  }[groupBy];
  const keyOf = (item: AgingAnswer['items'][number]): string[] => {
    switch (groupBy) {
      case 'none':
        return [];
      case 'party':
        return [item.party ?? ''];
      case 'payer':
        return [item.payerId ?? `(${item.party ?? 'no payer'})`];
      case 'account':
        return [item.accountId ?? ''];
      case 'entity':
        return [item.entity ?? '(unknown)'];
    }
  };
  const figures = (f: AgingAnswer['totals'][number]): string[] => [
    ...f.amounts,
    f.notYetDue,
    f.credits,
    f.unapplied,
    f.total,
  ];
  const titles = [...keyTitles, 'Currency', ...buckets, 'Not yet due', 'Credits', 'Unapplied', 'Total'];
  const lines = groupBy === 'none' ? [] : items;
  const columns = titles.map((title, i) => ({ title, right: i > keyTitles.length }));
  return {
    json: answer,
    csv: agingCsv(answer),
    text: [
      `${styled('bold', 'Aging')} from the ${basisText(answer.basis)}, ${stampText(answer, options)}`,
      '',
      table(
        columns,
        lines.map((item) => [...keyOf(item), item.currency, ...figures(item).map((a) => readable(a, true))]),
        totals.map((total) => [
          ...keyTitles.map(() => 'Total'),
          total.currency,
          ...figures(total).map((a) => readable(a, true)),
        ]),
      ),
    ].join('\n'),
    trust: answer,
  };
}

function basisText(basis: AgingAnswer['basis']): string {
  switch (basis) {
    case 'service':
      return 'service date';
    case 'posted':
      return 'posting date';
    case 'responsible':
      return 'day the present party became responsible';
  }
}

function bucketBounds(text: string): number[] {
  const parsed = parseBuckets(text.replaceAll(' ', ''));
  if ('fault' in parsed) throw new InvalidArgumentError(`It ${parsed.fault}.`);
  return parsed.bounds;
}
