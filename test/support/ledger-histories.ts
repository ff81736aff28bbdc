import * as fc from 'fast-check';
import { addDays } from '../../src/ledger/calendar.js';
import { sharesOf } from '../../src/ledger/account.js';
import type { AccountCommand } from '../../src/ledger/commands.js';
import type { Decision } from '../../src/ledger/decision.js';
import {
  ADJUSTMENT_CATEGORIES,
  type AccountEvent,
  type CreditSource,
  DENIAL_OUTCOMES,
  DIRECTIONS,
  REVERSAL_REASONS,
  entryIdOf,
} from '../../src/ledger/events.js';
import type { Party, Payee } from '../../src/ledger/party.js';
import type { RecordedEvent } from '../../src/ledger/recorded-event.js';
import { ACCOUNT, AccountInMemory, openAccount, payer, postCharge, postPayment, writeOff } from './ledger.js';

/*
 * Random histories of one account: every kind of command, biased to what collides (few ids, charges and parties, small
 * amounts, dates before and after today). A failing run prints its seed; ARLEDGER_SEED replays it, ARLEDGER_RUNS says
 * how many histories are tried.
 */

export const RUNS = Number(process.env['ARLEDGER_RUNS'] ?? 200);

/** What every property is run with. */
export function simulation(runs = RUNS): fc.Parameters<unknown> {
  const seed = process.env['ARLEDGER_SEED'];
  return { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) };
}

/** The first day of a history; a day goes by every few commands. */
export const FIRST_DAY = '2026-01-15';

const CHARGES = ['C1', 'C2', 'C3'];
const PAYMENTS = numbered('P', 7);
const ADJUSTMENTS = numbered('J', 6);
const TRANSFERS = numbered('T', 4);
const APPLICATIONS = numbered('X', 7);
const REFUNDS = numbered('F', 4);
const REVERSALS = numbered('R', 12);
const DENIALS = numbered('D', 2);
const EVERY_ID = [
  CHARGES,
  PAYMENTS,
  ADJUSTMENTS,
  TRANSFERS,
  APPLICATIONS,
  REFUNDS,
  REVERSALS,
  DENIALS,
].flat();

const PARTIES: Party[] = [
  { party: 'patient' },
  payer('ACME', 'primary'),
  payer('ACME', 'secondary'),
  payer('ZENITH', 'secondary'),
];
const PAYEES: Payee[] = [
  ...PARTIES,
  { party: 'payer', payerId: 'ZENITH' },
  { party: 'other', name: 'aunt | May' },
];
const AMOUNTS = ['0.01', '0.02', '0.03', '0.07', '0.10', '3.33', '10.00', '10.01', '30.00'];

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
}

/** Mostly an id of its own kind; now and then one that something else may have. */
const idAmong = (own: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...own) },
    { weight: 1, arbitrary: fc.constantFrom(...EVERY_ID) },
  );
const amount = fc.constantFrom(...AMOUNTS);
/** Two charges are there from the start, so most of what is done to charges is done to one that is there. */
const charge = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('C1', 'C2') },
  { weight: 3, arbitrary: fc.constant('C3') },
  { weight: 1, arbitrary: fc.constantFrom(...EVERY_ID) },
);
const party = fc.constantFrom(...PARTIES);
/** Left out one time in so many. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, leftOutOneIn = 2): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: leftOutOneIn });
/** Backdated, today, or still to come. */
const date = fc.integer({ min: -45, max: 75 }).map((days) => addDays(FIRST_DAY, days));
const effectiveOn = maybe(date);
const allocations = (min: number) =>
  fc.array(fc.record({ chargeId: charge, amount, responsible: maybe(party, 4) }), {
    minLength: min,
    maxLength: 3,
  });
const source: fc.Arbitrary<CreditSource | undefined> = maybe(
  fc.oneof(
    fc.record({ paymentId: idAmong(PAYMENTS) }),
    fc.record({ chargeId: fc.constantFrom(...CHARGES), party }),
  ),
);

type Draft = Record<string, unknown>;

/** Most amounts are the sum of the allocations, so that rules on sums do not refuse them all. */
const summed = (drafts: fc.Arbitrary<Draft & { allocations: { amount: string }[]; amount: string }>) =>
  fc.tuple(drafts, fc.constantFrom('sum', 'sum', 'sum', 'own')).map(([draft, mode]) => {
    if (mode === 'own' || draft.allocations.length === 0) return draft;
    const units = draft.allocations.reduce((sum, a) => sum + BigInt(a.amount.replace('.', '')), 0n);
    const text = units.toString().padStart(3, '0');
    return { ...draft, amount: `${text.slice(0, -2)}.${text.slice(-2)}` };
  });

const drafts: { weight: number; arbitrary: fc.Arbitrary<Draft> }[] = [
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('PostCharge'),
      chargeId: idAmong(CHARGES),
      serviceDate: date,
      amount: fc.constantFrom(...AMOUNTS, '0.00', '30.00', '30.00'),
      code: fc.constant({ system: 'CPT', value: '99213' }),
      responsible: party,
      effectiveOn,
    }),
  },
  {
    weight: 8,
    arbitrary: summed(
      fc.record({
        type: fc.constant('PostPayment'),
        paymentId: idAmong(PAYMENTS),
        amount,
        from: fc.constantFrom(...PAYEES),
        method: fc.constant('check'),
        effectiveOn,
        allocations: allocations(0),
      }),
    ),
  },
  {
    weight: 6,
    arbitrary: summed(
      fc.record({
        type: fc.constant('PostAdjustment'),
        adjustmentId: idAmong(ADJUSTMENTS),
        amount,
        category: fc.constantFrom(...ADJUSTMENT_CATEGORIES, 'bad_debt', 'bad_debt', 'bad_debt', 'bad_debt'),
        direction: maybe(fc.constantFrom(...DIRECTIONS, 'credit')),
        effectiveOn,
        allocations: allocations(1),
      }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('TransferResponsibility'),
      transferId: idAmong(TRANSFERS),
      chargeId: charge,
      amount,
      from: party,
      to: party,
      effectiveOn,
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      type: fc.constant('ApplyCredit'),
      allocationId: idAmong(APPLICATIONS),
      allocations: allocations(1),
      source,
      effectiveOn,
      nth: maybe(fc.nat({ max: 30 })),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('IssueRefund'),
      refundId: idAmong(REFUNDS),
      amount,
      to: fc.constantFrom(...PAYEES),
      method: fc.constant('check'),
      source,
      effectiveOn,
      nth: maybe(fc.nat({ max: 30 })),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('ReverseEntry'),
      reversalId: idAmong(REVERSALS),
      reverses: fc.constantFrom(...EVERY_ID),
      reason: fc.constantFrom(...REVERSAL_REASONS),
      effectiveOn: fc.constantFrom(undefined, '2026-04-15', '2026-04-15', '2026-01-20'),
      allocations: maybe(allocations(1)),
      nth: maybe(fc.nat({ max: 30 }), 8),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('RecordDenial'),
      denialId: idAmong(DENIALS),
      payerId: fc.constantFrom('ACME', 'ZENITH'),
      lines: fc.array(
        fc.record({ chargeId: charge, amount, groupCode: fc.constant('CO'), reasonCode: fc.constant('29') }),
        { minLength: 1, maxLength: 2 },
      ),
      effectiveOn,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('AppealDenial'),
      appealId: idAmong(numbered('L', 4)),
      denialId: idAmong(DENIALS),
      level: fc.integer({ min: 1, max: 3 }),
      filedOn: date,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('ResolveDenial'),
      resolutionId: idAmong(numbered('S', 4)),
      denialId: idAmong(DENIALS),
      outcome: fc.constantFrom(...DENIAL_OUTCOMES, 'upheld', 'upheld', 'upheld'),
      effectiveOn,
      entryId: maybe(fc.constantFrom(...EVERY_ID)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('RecordNote'),
      noteId: idAmong(['N1']),
      kind: fc.constant('call'),
      text: fc.constantFrom('yes', 'no'),
      effectiveOn,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('OpenAccount'), openedOn: date }) },
];

/** Any well-formed command of the account. */
export const anyCommand: fc.Arbitrary<AccountCommand> = fc
  .oneof(...drafts)
  .map((draft) => ({ accountId: ACCOUNT, ...draft }) as unknown as AccountCommand);

/** Commands one after the other, after the account was opened and has two charges, some credit and some bad debt. */
export const anyHistory: fc.Arbitrary<AccountCommand[]> = fc
  .oneof(
    { weight: 1, arbitrary: fc.array(anyCommand, { maxLength: 12 }) },
    { weight: 3, arbitrary: fc.array(anyCommand, { minLength: 15, maxLength: 60, size: 'max' }) },
  )
  .map((commands) => [...BEGINNING, ...commands]);

const BEGINNING: readonly AccountCommand[] = [
  postCharge({ chargeId: 'C1', amount: '30.00', responsible: payer('ACME') }),
  postCharge({ chargeId: 'C2', amount: '40.00' }),
  postPayment({ paymentId: 'P0', amount: '20.00' }),
  writeOff('10.00', { adjustmentId: 'J0', chargeId: 'C2' }),
];

/**
 * Where a draft says so, a reversal aims at the nth entry that is there, and its parts at what that entry paid; money
 * is drawn from the nth credit that is there.
 */
function aimed(command: AccountCommand & { nth?: number }, ledger: AccountInMemory): AccountCommand {
  const { nth, ...plain } = command;
  if (nth === undefined) return plain;
  if (plain.type === 'ReverseEntry') {
    const targets = ledger.events.filter((event) => isMoney(event, nth));
    const target = targets[nth % targets.length];
    if (!target) return plain;
    const paid = paidBy(target, ledger.events);
    const parts = plain.allocations?.map((part, i) => ({ ...part, ...aim(paid[i % paid.length]) }));
    return { ...plain, reverses: entryIdOf(target), allocations: parts };
  }
  if (plain.type === 'ApplyCredit' || plain.type === 'IssueRefund') {
    const credits = creditsIn(ledger);
    return credits.length === 0 ? plain : { ...plain, source: credits[nth % credits.length] };
  }
  return plain;
}

/** The shares that an entry paid or raised, those first that its credit paid later. */
function paidBy(target: AccountEvent, events: readonly AccountEvent[]): Aim[] {
  const { data } = target;
  const own = 'allocations' in data ? (data.allocations ?? []) : 'chargeId' in data ? [data] : [];
  const later = events.flatMap((event) => (event.type === 'CreditApplied' ? event.data.applied : []));
  return [
    ...later.filter(({ source: from }) => 'paymentId' in from && from.paymentId === entryIdOf(target)),
    ...own,
  ];
}

interface Aim {
  chargeId: string;
  responsible?: Party | undefined;
}

/** Entries that can be reversed; now and then one that cannot. */
function isMoney(event: AccountEvent, nth: number): boolean {
  if (event.type === 'EntryReversed' || event.type === 'DenialRecorded') return nth === 7;
  return 'currency' in event.data && event.type !== 'AccountOpened';
}

function aim(paid: Aim | undefined) {
  return paid && { chargeId: paid.chargeId, responsible: paid.responsible };
}

function creditsIn({ account }: AccountInMemory): CreditSource[] {
  return [
    ...[...account.credits]
      .filter(([, c]) => c.unapplied.greaterThan(0))
      .map(([paymentId]) => ({ paymentId })),
    ...[...sharesOf(account)]
      .filter(({ balance }) => balance.lessThan(0))
      .map(({ chargeId, party: owner }) => ({ chargeId, party: owner })),
  ];
}

/** One command carried out, and how the account stood around it. */
export interface Step {
  command: AccountCommand;
  today: string;
  decision: Decision;
  /** Number of events before and after. */
  before: number;
  after: number;
}

export interface Played {
  ledger: AccountInMemory;
  steps: Step[];
  recorded: RecordedEvent[];
}

/** Plays a history from the first command to the last; `onStep` may look at each as it happens. */
export function play(
  commands: readonly AccountCommand[],
  onStep: (step: Step, ledger: AccountInMemory) => void = () => undefined,
): Played {
  const ledger = new AccountInMemory([openAccount({ accountId: ACCOUNT, openedOn: FIRST_DAY })]);
  const recorded: RecordedEvent[] = ledger.events.map((event) => recordedAs(event, 0, -1));
  const steps: Step[] = [];
  for (const [i, drafted] of commands.entries()) {
    const command = aimed(drafted, ledger);
    const today = dayOf(i);
    const before = ledger.events.length;
    const decision = ledger.decide(command, today);
    if ('accepted' in decision) {
      for (const event of decision.accepted) {
        ledger.append(event);
        recorded.push(recordedAs(event, ledger.events.length - 1, i));
      }
    }
    const step = { command, today, decision, before, after: ledger.events.length };
    steps.push(step);
    onStep(step, ledger);
  }
  return { ledger, steps, recorded };
}

/** The day on which the nth command of a history arrives. */
function dayOf(i: number): string {
  return addDays(FIRST_DAY, Math.floor(i / 2));
}

/** The instant at which the event of the nth command was recorded. */
export function instantOf(i: number): string {
  return `${addDays(FIRST_DAY, Math.floor(i / 2))}T${i % 2 === 0 ? '09' : '15'}:00:00.000Z`;
}

function recordedAs(event: AccountEvent, revision: number, i: number): RecordedEvent {
  return { accountId: ACCOUNT, event, revision, position: String(revision), recordedAt: instantOf(i) };
}
