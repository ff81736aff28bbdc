import { decodeAny } from '../../../src/event-store/codec.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import type { AccountEvent } from '../../../src/ledger/events.js';
import { type Money, ZERO, sumOf, money } from '../../../src/ledger/money.js';
import { type JournalLine, journalLinesOf, journalLinesOfRemittance } from '../../../src/ledger/movements.js';
import { ownerKey, partyKey } from '../../../src/ledger/party.js';

/** What a log comes to by its journal lines; amounts have two digits, and what is zero is left out of sums by name. */
export interface LedgerOfLog {
  /** Balances of the general ledger, debits positive; whatever is given up is in `Income:Adjustments`. */
  books: Record<string, string>;
  accounts: Record<string, AccountOfLog>;
  /** By the id of the control account: what the payer keeps back, less what it is owed. */
  controlAccounts: Record<string, string>;
  /** How often each type of event stands in it. */
  events: Record<string, number>;
  /** How often each thing was found of a claim that was posted all the same. */
  warnings: Record<string, number>;
}

export interface AccountOfLog {
  /** Amounts of its charges and of its payments, each list rising. */
  charges: string[];
  payments: string[];
  /** Given up for any reason. */
  writtenOff: string;
  /** In records of denials. */
  denied: string;
  /** What each party owes. */
  shares: Record<string, string>;
  /** Credit of each owner that no charge took. */
  unapplied: Record<string, string>;
  /** Of shares, less what is unapplied. */
  balance: string;
}

const GIVEN_UP = 'Income:Adjustments';

interface Sums {
  charges: Money[];
  payments: Money[];
  writtenOff: Money;
  denied: Money;
  shares: Map<string, Money>;
  unapplied: Map<string, Money>;
}

/** Reads a whole log. */
export async function ledgerOf(store: EventStore): Promise<LedgerOfLog> {
  const books = new Map<string, Money>();
  const accounts = new Map<string, Sums>();
  const controlAccounts = new Map<string, Money>();
  const events: Record<string, number> = {};
  const warnings: Record<string, number> = {};
  for await (const stored of store.readAll()) {
    events[stored.type] = (events[stored.type] ?? 0) + 1;
    const recorded = decodeAny(stored);
    if (!('accountId' in recorded)) {
      const { event } = recorded;
      for (const line of journalLinesOfRemittance(event)) add(books, bookOf(line), effectOf(line));
      if (event.type === 'ControlEntryPosted' || event.type === 'ControlEntryBooked') {
        add(controlAccounts, event.data.controlAccountId, money(event.data.amount));
      }
      if (event.type === 'RemittanceClaimPosted') {
        for (const { code } of event.data.findings) warnings[code] = (warnings[code] ?? 0) + 1;
      }
      continue;
    }
    const { accountId, event } = recorded;
    let sums = accounts.get(accountId);
    if (!sums) accounts.set(accountId, (sums = nothing()));
    take(sums, event);
    for (const line of journalLinesOf(event)) {
      add(books, bookOf(line), effectOf(line));
      enter(sums, line);
    }
  }
  return {
    books: standing(books),
    accounts: Object.fromEntries([...accounts].map(([id, sums]) => [id, written(sums)])),
    controlAccounts: standing(controlAccounts),
    events,
    warnings,
  };
}

function nothing(): Sums {
  return {
    charges: [],
    payments: [],
    writtenOff: ZERO,
    denied: ZERO,
    shares: new Map(),
    unapplied: new Map(),
  };
}

function take(sums: Sums, event: AccountEvent): void {
  if (event.type === 'ChargePosted') sums.charges.push(money(event.data.amount));
  if (event.type === 'PaymentPosted') sums.payments.push(money(event.data.amount));
  if (event.type === 'DenialRecorded') {
    sums.denied = sumOf([sums.denied, ...event.data.lines.map(({ amount }) => money(amount))]);
  }
}

function enter(sums: Sums, line: JournalLine): void {
  const { place } = line;
  const effect = effectOf(line);
  if ('chargeId' in place) add(sums.shares, partyKey(place.party), effect);
  else if ('paymentId' in place) add(sums.unapplied, ownerKey(place.owner), effect.negated());
  else if (bookOf(line) === GIVEN_UP) sums.writtenOff = sums.writtenOff.plus(effect);
}

function written(sums: Sums): AccountOfLog {
  const rising = (amounts: readonly Money[]): string[] =>
    [...amounts].sort((a, b) => a.comparedTo(b)).map((amount) => amount.toFixed(2));
  return {
    charges: rising(sums.charges),
    payments: rising(sums.payments),
    writtenOff: sums.writtenOff.toFixed(2),
    denied: sums.denied.toFixed(2),
    shares: standing(sums.shares),
    unapplied: standing(sums.unapplied),
    balance: sumOf(sums.shares.values()).minus(sumOf(sums.unapplied.values())).toFixed(2),
  };
}

function bookOf({ place }: JournalLine): string {
  return place.account.startsWith(`${GIVEN_UP}:`) ? GIVEN_UP : place.account;
}

function effectOf({ debit = '0', credit = '0' }: JournalLine): Money {
  return money(debit).minus(credit);
}

function add(to: Map<string, Money>, name: string, amount: Money): void {
  to.set(name, (to.get(name) ?? ZERO).plus(amount));
}

function standing(amounts: ReadonlyMap<string, Money>): Record<string, string> {
  return Object.fromEntries(
    [...amounts].filter(([, amount]) => !amount.isZero()).map(([name, amount]) => [name, amount.toFixed(2)]),
  );
}
