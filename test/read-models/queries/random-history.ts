import { addDays } from '../../../src/ledger/calendar.js';
import type { AccountCommand } from '../../../src/ledger/commands.js';
import { minorDigitsOf } from '../../../src/ledger/currency.js';
import type { Party, Payee } from '../../../src/ledger/party.js';
import type { RecordedEvent } from '../../../src/ledger/recorded-event.js';
import { AccountInMemory } from '../../support/ledger.js';

/** The first day of random histories. */
export const FIRST_DAY = '2026-01-01';
export const DAYS = 200;

/** A small generator of numbers that a seed replays (mulberry32). */
export function randomFrom(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  const chance = (share: number): boolean => next() < share;
  return { below, pick, chance };
}
export type Random = ReturnType<typeof randomFrom>;

const PARTIES: Party[] = [
  { party: 'patient' },
  { party: 'payer', payerId: 'ACME', position: 'primary' },
  { party: 'payer', payerId: 'ACME', position: 'secondary' },
  { party: 'payer', payerId: 'ZENITH', position: 'primary' },
];
const PAYEES: Payee[] = [
  { party: 'patient' },
  { party: 'payer', payerId: 'ACME' },
  { party: 'payer', payerId: 'ZENITH', position: 'primary' },
  { party: 'other', name: '=Aunt "May"' },
];

/** Events of several accounts, in currencies and entities of their own, as one log in the order of recording. */
export function randomHistory(seed: number, accounts = 6, steps = 40): RecordedEvent[] {
  const random = randomFrom(seed);
  const ledgers = Array.from({ length: accounts }, (_, i) => ({
    accountId: `A${i}`,
    currency: ['USD', 'USD', 'EUR', 'JPY', 'KWD'][i % 5]!,
    entity: i % 3 === 0 ? 'north' : 'main',
    ledger: new AccountInMemory(),
    recorded: 0,
  }));
  const log: RecordedEvent[] = [];
  let now = Date.parse(`${FIRST_DAY}T00:00:00Z`);
  let position = 0;
  for (let step = 0; step < accounts * steps; step++) {
    const one = ledgers[step < accounts ? step : random.below(accounts)]!;
    // Sometimes several events are recorded within one millisecond.
    if (random.chance(0.9)) now += random.below((DAYS * 86_400_000) / (accounts * steps));
    const today = new Date(now).toISOString().slice(0, 10);
    const command = randomCommand(random, one, today, step);
    try {
      one.ledger.carryOut(command, today);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('was to be history')) throw error;
    }
    for (; one.recorded < one.ledger.events.length; one.recorded++) {
      position += 1 + random.below(3);
      log.push({
        accountId: one.accountId,
        event: one.ledger.events[one.recorded]!,
        revision: one.recorded,
        position: String(position),
        recordedAt: new Date(now).toISOString(),
        ...(random.chance(0.5) && { actor: random.pick(['clerk', '@lockbox', 'o\'neil, "x"']) }),
      });
    }
  }
  return log;
}

interface Ledger {
  accountId: string;
  currency: string;
  entity: string;
  ledger: AccountInMemory;
}

function randomCommand(random: Random, one: Ledger, today: string, step: number): AccountCommand {
  const { accountId, currency, entity, ledger } = one;
  const { account } = ledger;
  if (ledger.events.length === 0)
    return { type: 'OpenAccount', accountId, openedOn: today, currency, entity };
  const amount = (max = 20_000): string => units(1 + random.below(max), currency);
  // Mostly today, sometimes entered late, sometimes ahead.
  const effectiveOn = random.chance(0.5)
    ? undefined
    : addDays(today, random.chance(0.7) ? -random.below(40) : random.below(40));
  const dated = effectiveOn === undefined ? {} : { effectiveOn };
  const id = `e${step}`;
  const charges = [...account.charges.keys()];
  const chargeId = charges.length === 0 ? 'none' : random.pick(charges);
  const shares = [...(account.charges.get(chargeId)?.shares.values() ?? [])];
  const responsible =
    shares.length > 0 && random.chance(0.85) ? random.pick(shares).party : random.pick(PARTIES);
  const entries = [...account.entries]
    .filter(([, ref]) => !['EntryReversed', 'NoteRecorded'].includes(ref.type))
    .map(([entryId]) => entryId);
  const kind = charges.length < 2 ? 0 : random.below(100);
  if (kind < 22) {
    const serviceDate = addDays(
      effectiveOn ?? today,
      random.chance(0.85) ? -random.below(120) : random.below(15),
    );
    return {
      type: 'PostCharge',
      accountId,
      chargeId: id,
      serviceDate,
      amount: random.chance(0.05) ? units(0, currency) : amount(),
      code: { system: 'CPT', value: '99213' },
      responsible: random.pick(PARTIES),
      description: '=HYPERLINK("x"), "quoted"\nline',
      ...dated,
    };
  }
  if (kind < 44) {
    const paid = amount();
    const allocations = random.chance(0.75)
      ? [{ chargeId, responsible, amount: random.chance(0.5) ? paid : part(random, paid, currency) }]
      : [];
    return {
      type: 'PostPayment',
      accountId,
      paymentId: id,
      amount: paid,
      from: random.pick(PAYEES),
      method: 'check',
      allocations,
      ...dated,
    };
  }
  if (kind < 58) {
    const adjusted = amount(6000);
    return {
      type: 'PostAdjustment',
      accountId,
      adjustmentId: id,
      amount: adjusted,
      category: random.pick(['contractual', 'bad_debt', 'small_balance'] as const),
      direction: random.chance(0.75) ? 'credit' : 'debit',
      allocations: [{ chargeId, responsible, amount: adjusted }],
      ...dated,
    };
  }
  if (kind < 72) {
    const to = random.pick(PARTIES);
    return {
      type: 'TransferResponsibility',
      accountId,
      transferId: id,
      chargeId,
      amount: amount(9000),
      from: responsible,
      to,
      ...dated,
    };
  }
  if (kind < 77) {
    return {
      type: 'ApplyCredit',
      accountId,
      allocationId: id,
      allocations: [{ chargeId, responsible, amount: amount(4000) }],
      ...dated,
    };
  }
  if (kind < 81) {
    return {
      type: 'IssueRefund',
      accountId,
      refundId: id,
      amount: amount(3000),
      to: random.pick(PAYEES),
      method: 'check',
      ...dated,
    };
  }
  if (kind < 90) {
    return {
      type: 'ReverseEntry',
      accountId,
      reversalId: id,
      reverses: random.pick(entries),
      reason: 'other',
      ...dated,
    };
  }
  if (kind < 94) {
    const lines = [chargeId, random.pick(charges)].map((c) => ({
      chargeId: c,
      amount: amount(9000),
      groupCode: 'CO',
      reasonCode: random.pick(['16', '29', '197']),
    }));
    return {
      type: 'RecordDenial',
      accountId,
      denialId: id,
      payerId: random.pick(['ACME', 'ZENITH']),
      lines,
      ...dated,
    };
  }
  if (kind < 98) {
    const denials = [...account.denials];
    if (denials.length > 0) {
      const [denialId, { level }] = random.pick(denials);
      return random.chance(0.6)
        ? {
            type: 'AppealDenial',
            accountId,
            appealId: id,
            denialId,
            level: level + 1,
            filedOn: effectiveOn ?? today,
            respondBy: addDays(today, 60),
          }
        : {
            type: 'ResolveDenial',
            accountId,
            resolutionId: id,
            denialId,
            outcome: random.pick(['upheld', 'overturned', 'written_off'] as const),
            ...dated,
          };
    }
  }
  return { type: 'RecordNote', accountId, noteId: id, kind: 'call', text: 'called', ...dated };
}

function part(random: Random, amount: string, currency: string): string {
  const whole = Number(amount.replace('.', ''));
  return units(1 + random.below(whole), currency);
}

/** Whole minor units as an amount of the currency. */
export function units(minor: number, currency: string): string {
  const digits = minorDigitsOf(currency);
  const text = String(minor).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
