import type { Cents } from '../../../src/generator/cents.js';
import type { Random } from '../../../src/generator/random.js';
import { addDays } from '../../../src/ledger/calendar.js';
import { sum } from './cents-text.js';
import type { KnownPayer, KnownProviderAdjustment, KnownStatement, KnownTransaction } from './model.js';
import type { Step } from './stories.js';

/** The day from which remittances come. */
const FIRST_PAID_ON = '2026-01-05';

/** The payees: PLB and control accounts name the one or the other. */
export const PROVIDERS = ['1234567893', '1987654321'] as const;

/** A transaction, and the place of its payment in time. */
export interface DatedTransaction {
  transaction: KnownTransaction;
  period: number;
}

interface Remittance {
  payer: KnownPayer;
  period: number;
  among: 'usual' | 'held' | 'resent';
  statements: KnownStatement[];
}

/**
 * Lays the statements of stories into remittances: one ST a payer and period, and one more for those that are held or
 * sent again. Within a story, time goes on.
 */
export class RemittanceBook {
  readonly #remittances = new Map<string, Remittance>();

  /** @param periods in which stories begin; they may end later */
  constructor(
    private readonly random: Random,
    private readonly periods: number,
  ) {}

  take(steps: readonly Step[]): void {
    let period = this.random.between(0, this.periods - 1);
    for (const [i, { statement, apart, together, among = 'usual' }] of steps.entries()) {
      if (apart) period += this.random.between(1, 2);
      else if (i > 0 && !together && this.random.permille(600)) period += this.random.between(0, 2);
      this.#remittance(statement.payer, period, among).statements.push(statement);
    }
  }

  /** The transactions, by period; those of a payer carry forward what could not be taken back at once. */
  transactions(): DatedTransaction[] {
    const all = [...this.#remittances.values()].sort(
      (a, b) => a.period - b.period || compare(a.payer.id, b.payer.id) || compare(a.among, b.among),
    );
    const carried = new Map<string, Carried>();
    return all.flatMap((remittance, n) => this.#transactionsOf(remittance, n, carried));
  }

  #remittance(payer: KnownPayer, period: number, among: Remittance['among']): Remittance {
    const key = `${payer.id} ${period} ${among}`;
    let remittance = this.#remittances.get(key);
    if (!remittance) this.#remittances.set(key, (remittance = { payer, period, among, statements: [] }));
    return remittance;
  }

  #transactionsOf(remittance: Remittance, n: number, carried: Map<string, Carried>): DatedTransaction[] {
    const { random } = this;
    const { payer, period, among, statements } = remittance;
    const paidOn = addDays(FIRST_PAID_ON, 7 * period);
    const version = random.permille(250) ? '4010' : '5010';
    const traceNumber = `EFT${String(n + 1).padStart(6, '0')}`;
    const claimed = sum(statements.filter(({ status }) => status !== '25').map(({ paid }) => paid));
    const providerAdjustments =
      among === 'resent' ? [] : this.#providerAdjustments(remittance, traceNumber, claimed, carried);
    const payment = claimed - sum(providerAdjustments.map(({ amount }) => amount));
    const transaction: KnownTransaction = {
      payer,
      providerId: PROVIDERS[0],
      traceNumber,
      paidOn,
      producedOn: paidOn,
      version,
      statements,
      providerAdjustments,
      payment: among === 'held' ? payment + random.between(1, 999) : payment,
      held: among === 'held',
    };
    const again: KnownTransaction = {
      ...transaction,
      producedOn: addDays(paidOn, 1),
      statements: statements.map((statement) => ({ ...statement, fate: 'paid_by_this_payment_before' })),
    };
    return [
      { transaction, period },
      ...(among === 'resent' ? [{ transaction: again, period: period + random.between(0, 1) }] : []),
    ];
  }

  /** Interest, recoveries and others; and what is owed to the payer after reversals goes forward to its next remittance. */
  #providerAdjustments(
    { payer, statements, among }: Remittance,
    traceNumber: string,
    claimed: Cents,
    carried: Map<string, Carried>,
  ): KnownProviderAdjustment[] {
    const { random } = this;
    const adjustments: KnownProviderAdjustment[] = [];
    const adjust = (reason: string, reference: string, amount: Cents, providerId: string = PROVIDERS[0]) =>
      adjustments.push({ providerId, reason, reference, amount });
    const before = carried.get(payer.id);
    if (before && among === 'usual') {
      adjust(random.pick(['FB', 'WO']), before.reference, before.amount);
      carried.delete(payer.id);
    }
    if (random.permille(250)) adjust('L6', 'INTEREST', -random.between(1, 2_000));
    if (random.permille(200)) {
      adjust(
        'WO',
        random.pick(statements).payerClaimNumber,
        random.between(1, 20_000),
        random.pick(PROVIDERS),
      );
    }
    if (random.permille(100))
      adjust(random.pick(['72', 'CS', 'J1', 'IR']), '', random.between(-5_000, 5_000) || 1);
    const payment = claimed - sum(adjustments.map(({ amount }) => amount));
    if (payment < 0 && among === 'usual' && random.permille(600)) {
      adjust('FB', traceNumber, payment);
      carried.set(payer.id, { reference: traceNumber, amount: -payment });
    }
    return adjustments;
  }
}

/** What a payer has still to take back, and the trace under which it said so. */
interface Carried {
  reference: string;
  amount: Cents;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
