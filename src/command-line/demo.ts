import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { systemClock } from '../clock.js';
import { type Config, readConfig } from '../config.js';
import { accountStream } from '../event-store/codec.js';
import { hospital } from '../generator/hospital.js';
import { type CalendarDate, dateIn } from '../ledger/calendar.js';
import { money, sumOf } from '../ledger/money.js';
import { type AccountListAnswer, AccountListQuery } from '../read-models/queries/account-list.js';
import { type AgingAnswer, AgingQuery } from '../read-models/queries/aging.js';
import { type TrialBalanceAnswer, TrialBalanceQuery } from '../read-models/queries/trial-balance.js';
import { type Replay, replayAccount } from './account-replay.js';
import { accountsReport } from './accounts.js';
import { agingReport } from './aging.js';
import { CommandFailed, EXIT, Stopped } from './failures.js';
import { type OpenLedger, withLedger } from './open-ledger.js';
import { wholeNumber } from './option-values.js';
import { pace, startProgress } from './progress.js';
import { printReplay } from './replay.js';
import { isRefused, refusalText, sendCommands } from './sending.js';
import { Stopping } from './stopping.js';
import { count } from './table.js';
import { printLine, styled } from './terminal.js';
import { trialBalanceReport } from './trial-balance.js';

interface DemoOptions {
  accounts: number;
  months: number;
  seed: number;
  keep?: boolean;
}

/** By account: the kinds of commands sent, and how many. */
type Kinds = Map<string, { kinds: Set<string>; events: number }>;

const TOP_ACCOUNTS = 8;
/** A history that fits on a screen. */
const HISTORY_MAX = 28;

/** `arledger demo` */
export function demoCommand(): Command {
  return new Command('demo')
    .summary('a made-up hospital, its balances, aging and one history')
    .description(
      'Makes a fresh ledger in a temporary folder, sends it the commands of a made-up hospital up to today, and shows\n' +
        'balances, an aging table and the history of one account. Nothing of yours is touched.',
    )
    .option('--accounts <n>', 'how many patient accounts', wholeNumber(1, 100_000), 150)
    .option('--months <m>', 'how many months of business', wholeNumber(1, 120), 6)
    .option('--seed <s>', 'which hospital', wholeNumber(0, 2 ** 31 - 1), 1)
    .option('--keep', 'keep the folder, to look further')
    .addHelpText('after', '\nExamples:\n  arledger demo\n  arledger demo --keep --accounts 500 --months 12')
    .action(async (options: DemoOptions) => {
      const folder = await mkdtemp(join(tmpdir(), 'arledger-demo-'));
      try {
        await demo(folder, options);
      } finally {
        if (!options.keep) await rm(folder, { recursive: true, force: true });
      }
    });
}

async function demo(folder: string, options: DemoOptions): Promise<void> {
  // Of its own whatever is set: a demo must never write into somebody's database.
  const config = readConfig({
    ...process.env,
    ARLEDGER_DATA: folder,
    DATABASE_URL: '',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
  });
  using stopping = new Stopping();
  const startedAt = performance.now();
  const today = dateIn(config.timeZone, systemClock.now());
  const from = monthsBefore(today, options.months);
  const found = await withLedger(config, async (ledger) => {
    const { commands, interesting } = await fill(ledger, { ...options, from }, today, stopping);
    await ledger.caughtUp();
    return { commands, ...(await ask(ledger, interesting, today)) };
  });
  await show(found, { ...options, from, startedAt, config });
}

/** Sends the hospital's commands up to today, and picks the account with most to show. */
async function fill(
  ledger: OpenLedger,
  options: DemoOptions & { from: CalendarDate },
  today: CalendarDate,
  stopping: Stopping,
): Promise<{ commands: number; interesting: string[] }> {
  const startedAt = performance.now();
  const progress = startProgress('made-up hospital', 0);
  const kinds: Kinds = new Map();
  try {
    const sent = await sendCommands(ledger, upTo(today, options, stopping, kinds), {
      actor: 'demo',
      onAnswer: (answer, { posted }) => {
        if (isRefused(answer)) throw new CommandFailed('demo_refused', refusalText(answer));
        progress.at(0, pace(posted, startedAt));
        return false;
      },
    });
    if (stopping.asked) throw new Stopped('nothing was kept');
    return { commands: sent.posted, interesting: mostToShow(kinds) };
  } finally {
    progress.end();
  }
}

/** What makes a history worth reading, beside many kinds of events. */
const RARE = [
  'ReverseEntry',
  'ApplyCredit',
  'IssueRefund',
  'TransferResponsibility',
  'bad_debt',
  'nsf',
  'takeback',
];

/** Accounts whose history fits on a screen, those with most to show first. */
function mostToShow(kinds: Kinds): string[] {
  const score = ({ kinds: seen }: { kinds: Set<string> }): number =>
    seen.size + 2 * [...seen].filter((kind) => RARE.some((rare) => kind.includes(rare))).length;
  const fitting = [...kinds].filter(([, { events }]) => events <= HISTORY_MAX);
  return (fitting.length > 0 ? fitting : [...kinds])
    .sort(([, a], [, b]) => score(b) - score(a))
    .map(([accountId]) => accountId);
}

function* upTo(
  today: CalendarDate,
  options: DemoOptions & { from: CalendarDate },
  stopping: Stopping,
  kinds: Kinds,
) {
  // A month more than asked for, cut at today: the last month is then as full as the others.
  for (const command of hospital({ ...options, months: options.months + 1 })) {
    const counts = 'effectiveOn' in command ? command.effectiveOn : undefined;
    const day =
      counts ?? ('filedOn' in command ? command.filedOn : 'openedOn' in command ? command.openedOn : today);
    if (day > today || stopping.asked) return;
    const seen = kinds.get(command.accountId) ?? { kinds: new Set(), events: 0 };
    kinds.set(command.accountId, seen);
    const method = 'reason' in command ? command.reason : 'category' in command ? command.category : '';
    seen.kinds.add(`${command.type} ${method}`);
    seen.events += 1;
    yield { ...command };
  }
}

interface Answers {
  accounts: AccountListAnswer;
  aging: AgingAnswer;
  trialBalance: TrialBalanceAnswer;
  replay: Replay;
}

async function ask({ app, store }: OpenLedger, candidates: string[], today: CalendarDate): Promise<Answers> {
  const accounts = await app.get(AccountListQuery).run({ limit: 1000, asOf: today });
  const list = { ...accounts, items: [...accounts.items] };
  for (let cursor = accounts.nextCursor; cursor !== undefined;) {
    const page = await app.get(AccountListQuery).run({ limit: 1000, asOf: today, cursor });
    list.items.push(...page.items);
    cursor = page.nextCursor;
  }
  const owing = new Set(list.items.filter((a) => !money(a.balance).isZero()).map((a) => a.accountId));
  const shown = candidates.find((accountId) => owing.has(accountId)) ?? candidates[0]!;
  const replay = await replayAccount(shown, store.readStream(accountStream(shown)), { asOf: today });
  return {
    accounts: list,
    aging: await app.get(AgingQuery).run({ groupBy: 'payer', asOf: today }),
    trialBalance: await app.get(TrialBalanceQuery).run({ asOf: today }),
    replay: replay!,
  };
}

async function show(
  { commands, accounts, aging, trialBalance, replay }: Answers & { commands: number },
  {
    months,
    startedAt,
    config,
    keep,
  }: DemoOptions & { from: CalendarDate; startedAt: number; config: Config },
): Promise<void> {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  await printLine(
    styled('bold', `A made-up hospital: ${count(accounts.items.length)} patient accounts, ${months} months`) +
      `, ${count(commands)} events, ready in ${seconds} s`,
  );
  const top = [...accounts.items]
    .sort((a, b) => money(b.balance).comparedTo(money(a.balance)))
    .slice(0, TOP_ACCOUNTS);
  const sections = [
    accountsReport({ ...accounts, items: top }, {}).text.replace('Accounts', 'Largest balances'),
    agingReport(aging, {}).text,
    trialBalanceReport(trialBalance, {}).text,
  ];
  for (const section of sections) await printLine(`\n${section}`);
  await printLine();
  await printReplay(replay);
  await printLine();
  for (const [what, ties] of checks({ accounts, aging, trialBalance, replay })) {
    await printLine(`${ties ? styled('green', 'ties ') : styled('red', 'DIFFERS')}  ${what}`);
    if (!ties) process.exitCode = EXIT.refused;
  }
  const data = keep ? ` --data ${config.dataFolder}` : '';
  await printLine(
    [
      '',
      styled('bold', 'Where to look next'),
      ...(keep
        ? [
            `  npx arledger verify${data}`,
            `  npx arledger replay ${replay.accountId} --as-of ${aging.asOf}${data}`,
            `  npx arledger export journal --format hledger${data}`,
            `  npx arledger serve${data}        then http://127.0.0.1:3000/docs`,
          ]
        : [
            '  npx arledger demo --keep           the same, kept on disk to look further',
            '  npx arledger import synthea DIR    a Synthea hospital of yours',
            '  npm start                          the service; API pages at http://127.0.0.1:3000/docs',
            '  npx arledger --help                everything else',
          ]),
    ].join('\n'),
  );
}

/** The same money found in different ways. */
function checks({ accounts, aging, trialBalance, replay }: Answers): [string, boolean][] {
  const balances = sumOf(accounts.items.map(({ balance }) => money(balance)));
  const agingTotal = sumOf(aging.totals.map(({ total }) => money(total)));
  const gl = sumOf(
    trialBalance.items
      .filter(({ glAccount }) => /^(Assets:Receivable|Liabilities:Unapplied)/.test(glAccount))
      .map(({ debit, credit }) => money(debit).minus(money(credit))),
  );
  const listed = accounts.items.find(({ accountId }) => accountId === replay.accountId);
  const debits = sumOf(trialBalance.totals.map(({ debit }) => money(debit)));
  const credits = sumOf(trialBalance.totals.map(({ credit }) => money(credit)));
  return [
    ['the balances of all accounts are the total of the aging', balances.equals(agingTotal)],
    ['receivables less unapplied credit in the trial balance are the same', balances.equals(gl)],
    ['debits equal credits', debits.equals(credits)],
    [
      `${replay.accountId}, replayed from its events alone, has the balance that the reports show`,
      listed !== undefined && money(listed.balance).equals(money(replay.balance)),
    ],
  ];
}

function monthsBefore(date: CalendarDate, months: number): CalendarDate {
  const [year, month] = date.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, month - 1 - months, 1)).toISOString().slice(0, 10);
}
