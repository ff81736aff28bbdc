import { createHash } from 'node:crypto';
import { evolve, sharesOf, unappliedOf, unopenedAccount } from '../../../src/ledger/account.js';
import type { ClaimStatement, StatedLine } from '../../../src/ledger/claim-statement.js';
import { type AccountCommand, commandIdOf } from '../../../src/ledger/commands.js';
import { recordedEventsNeeded } from '../../../src/ledger/decide.js';
import { Draft, type Plan } from '../../../src/ledger/draft.js';
import {
  type AccountEvent,
  type AccountEventType,
  type DataOf,
  type HeldPart,
  entryIdOf,
} from '../../../src/ledger/events.js';
import { type Money, ZERO, formatMoney, money } from '../../../src/ledger/money.js';
import { movementsOf } from '../../../src/ledger/movements.js';
import type { Party, PayerPosition } from '../../../src/ledger/party.js';
import type { ClaimOutcome, PlanOptions } from '../../../src/remittances/settlement/claim-outcome.js';
import { planClaim } from '../../../src/remittances/settlement/plan-claim.js';

/*
 * What the specs of settlement are written in: an account that plans are carried out on as the write side does it, and
 * short ways to say what a remittance states.
 */

export const ACCOUNT = 'A1';
export const CLAIM = 'CLM1';

type Adjustment = [group: string, reason: string, amount: string];

export interface Line {
  charge: string;
  paid: string;
  adjustments?: Adjustment[];
  remarks?: string[];
  /** Which service it is of, from 1, where that is not its place in the claim. */
  n?: number;
}

export interface Said extends Partial<Omit<ClaimStatement, 'lines' | 'trace'>> {
  /** Name of the remittance; its id follows from it. */
  remittance?: string;
  lines: Line[];
  trace?: string;
}

/** The nth line's procedure. */
const codeOf = (n: number): string => `9921${n}`;

/** A claim as a remittance states it; charge and payment are the sums of its lines unless it says otherwise. */
export function said({ remittance = 'R1', lines, trace, ...given }: Said): ClaimStatement {
  const sum = (of: (line: Line) => string): string =>
    formatMoney(
      lines.reduce((total, line) => total.plus(of(line)), ZERO),
      'USD',
    );
  return {
    remittanceId: createHash('sha256').update(remittance).digest('hex').slice(0, 32),
    claim: 1,
    segment: 20,
    payerId: 'ACME',
    trace: { number: trace ?? `T-${remittance}`, payerId: '1999' },
    effectiveOn: '2026-02-01',
    currency: 'USD',
    claimId: CLAIM,
    payerClaimNumber: '',
    status: '1',
    charge: sum((line) => line.charge),
    paid: sum((line) => line.paid),
    method: 'ach',
    remarkCodes: [],
    ...given,
    lines: lines.map(({ charge, paid, adjustments = [], remarks = [], n }, i): StatedLine => ({
      line: i + 1,
      segment: 30 + i,
      procedure: { qualifier: 'HC', code: codeOf(n ?? i + 1), modifiers: [] },
      serviceDate: '2026-01-05',
      charge,
      paid,
      adjustments: adjustments.map(([group, reason, amount]) => ({ group, reason, amount })),
      remarkCodes: remarks,
    })),
  };
}

/** The reversal of a statement: every amount negated, under CLP02 22. */
export function reversalOf(statement: ClaimStatement, given: Partial<Said> = {}): ClaimStatement {
  const lines = statement.lines.map((line): Line => ({
    charge: negated(line.charge),
    paid: negated(line.paid),
    adjustments: line.adjustments.map(({ group, reason, amount }) => [group, reason, negated(amount)]),
    n: Number(line.procedure.code.slice(codeOf(0).length - 1)),
  }));
  const { payerId, payerClaimNumber, claimId } = statement;
  return said({ remittance: 'REV', status: '22', payerId, payerClaimNumber, claimId, ...given, lines });
}

/** The reversal of single lines of a statement, by their numbers. */
export function reversalOfLines(
  statement: ClaimStatement,
  numbers: readonly number[],
  given: Partial<Said> = {},
): ClaimStatement {
  const lines = statement.lines.filter(({ line }) => numbers.includes(line));
  return reversalOf({ ...statement, lines }, given);
}

function negated(amount: string): string {
  return formatMoney(money(amount).negated(), 'USD');
}

/** An account and everything that was recorded on it. */
export class ClaimBench {
  account = unopenedAccount();
  readonly events: AccountEvent[] = [];
  readonly #byId = new Map<string, AccountEvent>();
  /** Everything that plans asked for. */
  recalled = 0;

  /** With a charge for each amount, owed as given; several amounts are charges that one line covers. */
  static withCharges(amounts: (string | string[])[], responsible: Party = payer('ACME')): ClaimBench {
    const bench = new ClaimBench();
    bench.command({ type: 'OpenAccount', accountId: ACCOUNT, openedOn: '2026-01-01' });
    amounts.forEach((ofLine, i) => {
      [ofLine].flat().forEach((amount, part) => {
        bench.command({
          type: 'PostCharge',
          accountId: ACCOUNT,
          chargeId: part === 0 ? `C${i + 1}` : `C${i + 1}-${part + 1}`,
          effectiveOn: '2026-01-05',
          serviceDate: '2026-01-05',
          amount,
          code: { system: 'CPT', value: codeOf(i + 1) },
          responsible,
          claimId: CLAIM,
        });
      });
    });
    return bench;
  }

  /** A command of a person; must be accepted. */
  command(command: AccountCommand): void {
    const needed = recordedEventsNeeded(this.account, command).map(({ revision }) => this.events[revision]!);
    const draft = new Draft(this.account, {
      today: '2026-03-01',
      recorded: (id) => needed.find((event) => entryIdOf(event) === id),
    });
    const rejected = draft.carryOut(command);
    if (rejected) throw new Error(`${command.type} ${commandIdOf(command)}: ${JSON.stringify(rejected)}`);
    this.#keep(draft);
  }

  /** Carries out a plan as the write side does: it sees the events that it asked for, and no others. */
  carryOut<T>(plan: Plan<T>): { result: T; events: AccountEvent[] } {
    const needed = new Map<string, AccountEvent>();
    for (const id of plan.needs(this.account)) {
      const event = this.#byId.get(id);
      if (event) needed.set(id, event);
    }
    this.recalled += needed.size;
    const draft = new Draft(this.account, { today: '2026-03-01', recorded: (id) => needed.get(id) });
    const result = plan.carryOut(draft);
    if (draft.abandoned) {
      this.#foldAnew();
      return { result, events: [] };
    }
    this.#keep(draft);
    return { result, events: draft.drafted.map(({ event }) => event) };
  }

  post(statement: ClaimStatement, options: Partial<PlanOptions> = {}, accountId = ACCOUNT) {
    const { result, events } = this.carryOut<ClaimOutcome>(
      planClaim(accountId, statement, { createAccounts: false, ...options }),
    );
    return { outcome: result, events, held: result.kind === 'posted' ? heldIn(result.held) : [] };
  }

  #keep(draft: Draft): void {
    for (const { event } of draft.drafted) {
      this.events.push(event);
      this.#byId.set(entryIdOf(event), event);
    }
  }

  #foldAnew(): void {
    this.account = unopenedAccount();
    for (const event of this.events) evolve(this.account, event);
  }

  /** What each party owes of each charge, `charge party amount`; nothing owed is left out. */
  owed(): string[] {
    return [...sharesOf(this.account)]
      .filter(({ balance }) => !balance.isZero())
      .map(({ chargeId, party, balance }) => `${chargeId} ${nameOf(party)} ${formatMoney(balance, 'USD')}`)
      .sort();
  }

  /** What is owed in each position over all charges, whoever stands in it. */
  owedByPosition(): string[] {
    const sums = new Map<string, Money>();
    for (const { party, balance } of sharesOf(this.account)) {
      const position = party.party === 'patient' ? 'patient' : party.position;
      sums.set(position, (sums.get(position) ?? ZERO).plus(balance));
    }
    return [...sums]
      .filter(([, sum]) => !sum.isZero())
      .map(([name, sum]) => `${name} ${formatMoney(sum, 'USD')}`)
      .sort();
  }

  unapplied(): string {
    return formatMoney(unappliedOf(this.account), 'USD');
  }

  /** What moved over a place in the books, debits less credits. */
  movedOver(place: string): string {
    let sum: Money = ZERO;
    for (const { debit, credit, amount } of this.events.flatMap(movementsOf)) {
      if (debit.account === place) sum = sum.plus(amount);
      if (credit.account === place) sum = sum.minus(amount);
    }
    return formatMoney(sum, 'USD');
  }

  /** The data of all events of a type. */
  ofType<T extends AccountEventType>(type: T): DataOf<T>[] {
    return this.events.filter((event) => event.type === type).map((event) => event.data as DataOf<T>);
  }
}

/** Held parts as `kind charge codes amount`. */
export function heldIn(held: readonly HeldPart[]): string[] {
  return held.map(({ kind, chargeId, groupCode, reasonCode, amount }) =>
    [kind, chargeId, groupCode && `${groupCode}-${reasonCode}`, amount].filter(Boolean).join(' '),
  );
}

export function payer(payerId: string, position: PayerPosition = 'primary'): Party {
  return { party: 'payer', payerId, position };
}

function nameOf(party: Party): string {
  return party.party === 'patient' ? 'patient' : `${party.payerId} ${party.position}`;
}
