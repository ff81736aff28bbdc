/*
 * How an account with a long history answers: folding it, deciding on it, putting it away and opening it again.
 *
 *   npx tsc --noEmit false --outDir dist/bench && node dist/bench/test/bench/account.bench.js 100000
 */
import { performance } from 'node:perf_hooks';
import { evolve, unopenedAccount } from '../../src/ledger/account.js';
import type { AccountCommand } from '../../src/ledger/commands.js';
import { decide, recordedEventsNeeded } from '../../src/ledger/decide.js';
import { entryIdOf } from '../../src/ledger/events.js';
import { fromSnapshot, toSnapshot } from '../../src/ledger/snapshot.js';
import { longHistory } from './long-history.js';

const EVENTS = Number(process.argv[2] ?? 100_000);
const accountId = 'LONG';
const patient = { party: 'patient' } as const;

function timed<T>(what: string, run: () => T): T {
  const start = performance.now();
  const result = run();
  console.log(`${what.padEnd(52)} ${(performance.now() - start).toFixed(2).padStart(10)} ms`);
  return result;
}

const events = longHistory(accountId, EVENTS);
console.log(`${events.length} events, Node ${process.version}`);
const account = timed('fold all of them', () => events.reduce(evolve, unopenedAccount()));

const context = (command: AccountCommand) => {
  const needed = recordedEventsNeeded(account, command).map(({ revision }) => events[revision]!);
  const byId = new Map(needed.map((event) => [entryIdOf(event), event]));
  return { today: '2026-03-01', recorded: (id: string) => byId.get(id) };
};
const decideOn = (what: string, command: AccountCommand): void => {
  const outcome = timed(what, () => decide(account, command, context(command)));
  console.log(`    -> ${'rejected' in outcome ? outcome.rejected.code : Object.keys(outcome)[0]!}`);
};
const payment = (paymentId: string, amount: string, method: 'cash' | 'card'): AccountCommand => ({
  type: 'PostPayment',
  accountId,
  paymentId,
  amount,
  from: patient,
  method,
  allocations: [{ chargeId: 'C7', amount: '20.00' }],
});
decideOn('decide a payment, cold', payment('NEW1', '20.00', 'cash'));
decideOn('decide a payment, warm', payment('NEW2', '20.00', 'cash'));
decideOn('decide a repeated payment', payment('Q7', '21.00', 'card'));
decideOn('decide a reversal', {
  type: 'ReverseEntry',
  accountId,
  reversalId: 'NEW3',
  reverses: 'Q7',
  reason: 'nsf',
});
const refund = (amount: string, source?: { paymentId: string }): AccountCommand => ({
  type: 'IssueRefund',
  accountId,
  refundId: 'NEW4',
  amount,
  to: patient,
  method: 'check',
  ...(source && { source }),
});
decideOn('decide a refund of a named payment', refund('1.00', { paymentId: 'Q7' }));
decideOn('decide a refund of the oldest credit (looks at all)', refund('5.00'));
decideOn('decide a refund of the oldest credit, warm', refund('5.00'));

const text = timed('write a snapshot', () => JSON.stringify(toSnapshot(account)));
console.log(`${'size of the snapshot'.padEnd(52)} ${(text.length / 1e6).toFixed(2).padStart(10)} MB`);
timed('read it back', () => fromSnapshot(JSON.parse(text)));
console.log(
  `${'heap in use'.padEnd(52)} ${(process.memoryUsage().heapUsed / 1e6).toFixed(0).padStart(10)} MB`,
);
