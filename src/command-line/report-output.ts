import { type Command, Option } from 'commander';
import type { Trust } from '../read-models/queries/trust.js';
import type { DataOptions } from './open-ledger.js';
import { calendarDate, instant } from './option-values.js';
import { print, printJson, printLine, tell } from './terminal.js';

/** What every report on the command line can be asked. */
export interface ReportOptions extends DataOptions {
  asOf?: string;
  knownAt?: string;
  entity?: string;
  json?: boolean;
  csv?: boolean;
}

/** The two clocks, the entity, and the form of the answer. */
export function withReportOptions(command: Command): Command {
  return command
    .option('--as-of <date>', 'leave out what counts later; today unless given', calendarDate)
    .option('--known-at <instant>', 'leave out what was recorded later', instant)
    .option('--entity <entity>', 'accounts of one entity only')
    .addOption(new Option('--csv', 'as CSV').conflicts('json'))
    .option('--json', 'as JSON, like the answer over HTTP');
}

/** The same report in three forms. */
export interface Report {
  json: unknown;
  /** The lines of the answer over HTTP. */
  csv: Iterable<string>;
  text: string;
  trust: Trust;
}

/** Prints a report in the form asked for. */
export async function printReport(report: Report, options: ReportOptions): Promise<void> {
  if (options.json) await printJson(report.json);
  else if (options.csv) await print([...report.csv].join(''));
  else await printLine(report.text);
  const { trustworthy, untrustworthyAccounts = [] } = report.trust;
  if (trustworthy) return;
  const warning = `not_trustworthy: events of these accounts could not be projected: ${untrustworthyAccounts.join(', ')}; see arledger verify`;
  // Forms for machines say so themselves, and must not be spoilt.
  if (options.json || options.csv) tell(warning);
  else await printLine(`\n${warning}`);
}

/** `as of 2026-03-31` */
export function stampText(
  { asOf, knownAt }: { asOf: string; knownAt: string },
  options: ReportOptions,
): string {
  return `as of ${asOf}${options.knownAt === undefined ? '' : `, as known at ${knownAt}`}`;
}
