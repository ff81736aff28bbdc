/*
 * How an account with a long history answers: folding it, deciding on it, putting it away and opening it again.
 *
 *   npx tsc --noEmit false --outDir dist/bench && node dist/bench/test/bench/account.bench.js 100000
 */
import { performance } from 'node:perf_hooks';
import { evolve, unopenedAccount } from '../../src/ledger/account.js';
import type { AccountCommand } from '../../src/ledger/commands.js';
import { addDays } from '../../src/ledger/calendar.js';
import { decide, recordedEventsNeeded } from '../../src/ledger/decide.js';
import { type AccountEvent, entryIdOf } from '../../src/ledger/events.js';
import { fromSnapshot, toSnapshot } from '../../src/ledger/snapshot.js';

const EVENTS = Number(process.argv[2] ?? 100_000);
const accountId = 'LONG';
const patient = { party: 'patient' } as const;
const acme = { party: 'payer', payerId: 'ACME', position: 'primary' } as const;

/** A charge to a payer, its payment, contractual adjustment, the patient's part, and its payment; over and over. */
function history(count: number): AccountEvent[] {
  const currency = 'USD';
  const events: AccountEvent[] = [
    { type: 'AccountOpened', data: { accountId, openedOn: '2000-01-01', currency, entity: 'main' } },
  ];
  for (let i = 0; events.length < count; i += 1) {
    const chargeId = `C${i}`;
    const effectiveOn = addDays('2000-01-01', i % 9000);
    const common = { currency, effectiveOn };
    const share = (amount: string, responsible: typeof patient | typeof acme) => [
      { chargeId, amount, responsible },
    ];
    events.push(
      {
        type: 'ChargePosted',
        data: {
          ...common,
          chargeId,
          serviceDate: effectiveOn,
          amount: '100.00',
          code: { system: 'CPT', value: '99213' },
          responsible: acme,
        },
      },
      {
        type: 'PaymentPosted',
        data: {
          ...common,
          paymentId: `P${i}`,
          amount: '50.00',
          from: acme,
          method: 'eft',
          allocations: share('50.00', acme),
        },
      },
      {
        type: 'AdjustmentPosted',
        data: {
          ...common,
          adjustmentId: `J${i}`,
          amount: '30.00',
          category: 'contractual',
          direction: 'credit',
          allocations: share('30.00', acme),
        },
      },
      {
        type: 'ResponsibilityTransferred',
        data: { ...common, transferId: `T${i}`, chargeId, amount: '20.00', from: acme, to: patient },
      },
      {
        type: 'PaymentPosted',
        data: {
          ...common,
          paymentId: `Q${i}`,
          amount: '21.00',
          from: patient,
          method: 'card',
          allocations: share('20.00', patient),
        },
      },
    );
  }
  return events.slice(0, count);
}

function timed<T>(what: string, run: () => T): T {
  const start = performance.now();
  const result = run();
  console.log(`${what.padEnd(52)} ${(performance.now() - start).toFixed(2).padStart(10)} ms`);
  return result;
}

const events = history(EVENTS);
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
