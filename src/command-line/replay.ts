import { Command } from 'commander';
import { systemClock } from '../clock.js';
import { accountStream } from '../event-store/codec.js';
import { dateIn } from '../ledger/calendar.js';
import { type Replay, replayAccount } from './account-replay.js';
import { CommandFailed, EXIT, usageError } from './failures.js';
import { type DataOptions, configFor, withLog } from './open-ledger.js';
import { calendarDate, instant } from './option-values.js';
import { readable, table } from './table.js';
import { printJson, printLine, styled } from './terminal.js';
import { visible } from './visible.js';

interface ReplayOptions extends DataOptions {
  asOf?: string;
  knownAt?: string;
  json?: boolean;
}

const DESCRIPTION_MAX = 72;

/** `arledger replay` */
export function replayCommand(): Command {
  return new Command('replay')
    .summary("an account's history with running balances, from the events alone")
    .description(
      'Replays one account from the event log, without the read models, up to a date that counts (--as-of) and to what\n' +
        'was recorded by an instant (--known-at). Reads beside a running service.',
    )
    .argument('<account>', 'id of the account')
    .option('--as-of <date>', 'leave out what counts later; today unless given', calendarDate)
    .option('--known-at <instant>', 'leave out what was recorded later', instant)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  arledger replay A000017\n' +
        '  arledger replay A000017 --as-of 2026-01-31 --known-at 2026-02-05T00:00:00Z',
    )
    .action(async (accountId: string, _options: ReplayOptions, command: Command) => {
      const options: ReplayOptions = command.optsWithGlobals();
      const config = configFor(options);
      const now = systemClock.now();
      const { knownAt, asOf = dateIn(config.timeZone, now) } = options;
      if (knownAt !== undefined && knownAt > now.toISOString()) {
        throw usageError('--known-at must not be in the future');
      }
      const replayed = await withLog(config, (log) =>
        replayAccount(accountId, log.readStream(accountStream(accountId)), {
          asOf,
          ...(knownAt === undefined ? {} : { knownAt }),
        }),
      );
      if (!replayed)
        throw new CommandFailed('account_not_found', `there is no account ${accountId} in the event log`);
      if (options.json) await printJson(replayed);
      else await printReplay(replayed);
      process.exitCode = replayed.trustworthy ? EXIT.done : EXIT.refused;
    });
}

/** Prints a replayed account as people read it. */
export async function printReplay(replay: Replay): Promise<void> {
  const { accountId, currency, asOf, knownAt, items } = replay;
  await printLine(
    `${styled('bold', `Account ${visible(accountId)}`)}  ${currency ?? ''}  as of ${asOf}${knownAt === null ? '' : `, as known at ${knownAt}`}`,
  );
  await printLine();
  const columns = [
    { title: 'Rev', right: true },
    { title: 'Counts from' },
    { title: 'Entry' },
    { title: 'What' },
    { title: 'Amount', right: true },
    { title: 'Balance', right: true },
  ];
  const rows = items.map((item) =>
    'unreadable' in item
      ? [String(item.revision), '?', visible(item.type), `CANNOT BE READ: ${item.unreadable}`, '?', '']
      : [
          String(item.revision),
          item.effectiveOn,
          visible(item.entryId),
          shortened(item.description),
          readable(item.amount, true),
          readable(item.runningBalance),
        ],
  );
  await printLine(table(columns, rows));
  await printLine();
  const owed = replay.shares
    .filter((share) => !/^[0.]+$/.test(share.balance))
    .map((share) => [
      share.party === 'patient' ? 'Patient' : `Payer ${visible(share.payerId)} (${share.position})`,
      readable(share.balance),
    ]);
  const unapplied = /^[0.]+$/.test(replay.unapplied)
    ? []
    : [['Unapplied credit', `-${readable(replay.unapplied)}`]];
  const who = [...owed, ...unapplied];
  const balance = ['Balance', readable(replay.balance)];
  const amount = { title: currency ?? 'Amount', right: true };
  await printLine(
    who.length === 0
      ? `Balance ${balance[1]}: nobody owes anything`
      : table([{ title: 'Who owes' }, amount], who, [balance]),
  );
  for (const note of leftOut(replay)) await printLine(note);
}

function leftOut({ effectiveLater, recordedLater, trustworthy }: Replay): string[] {
  return [
    ...(effectiveLater > 0 ? [`${effectiveLater} left out: they count later.`] : []),
    ...(recordedLater > 0 ? [`${recordedLater} left out: they were recorded later.`] : []),
    ...(trustworthy ? [] : ['NOT TRUSTWORTHY: an event cannot be read, so the balance may lack something.']),
  ];
}

function shortened(text: string): string {
  const line = visible(text.replace(/\s+/g, ' '));
  return line.length > DESCRIPTION_MAX ? `${line.slice(0, DESCRIPTION_MAX - 1)}…` : line;
}
