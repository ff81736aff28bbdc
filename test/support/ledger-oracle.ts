import { daysBetween } from '../../src/ledger/calendar.js';
import { minorDigitsOf } from '../../src/ledger/currency.js';
import type { AccountEvent, DataOf } from '../../src/ledger/events.js';
import type { Owner, Party } from '../../src/ledger/party.js';
import type { RecordedEvent } from '../../src/ledger/recorded-event.js';

/*
 * The ledger's answers worked out again in the most naive way: whole minor units as bigint, every question answered
 * by reading all events from the first. Shares no code with the ledger's own arithmetic (`movements.ts`, `account.ts`,
 * `money.ts`, the SQL), so that both can only agree by being right.
 */

export interface OracleClocks {
  /** Effective date; what counts later is left out. */
  asOf: string;
  /** Instant; what was recorded later is left out. Left out itself: all that is recorded. */
  knownAt?: string;
}

export type AgingBasis = 'service' | 'posted' | 'responsible';

export interface OracleQuestion extends OracleClocks {
  basis: AgingBasis;
  /** Inclusive upper bounds in days: 30, 60, 90, 120. */
  buckets: readonly number[];
}

export interface OracleShare {
  chargeId: string;
  party: Party;
  balance: string;
}

export interface OracleBalance {
  accountId: string;
  currency: string;
  entity: string;
  balance: string;
  /** In all, and by payment (nothing where it is zero). */
  unapplied: string;
  unappliedByPayment: { paymentId: string; owner: Owner; amount: string }[];
  /** By charge and party (nothing where it is zero), in no promised order. */
  shares: OracleShare[];
}

/** An open part of a share. */
export interface OracleOpenItem {
  accountId: string;
  chargeId: string;
  party: Party;
  currency: string;
  amount: string;
  /** The date that each basis counts from. */
  agesFrom: Record<AgingBasis, string>;
}

/** The finest row of an aging: one party (or owner of credit) of one account. */
export interface OracleAgingRow {
  accountId: string;
  entity: string;
  currency: string;
  /** Whose share, or who owns the unapplied credit (a payer then has no position). */
  party: Party | Owner;
  amounts: string[];
  notYetDue: string;
  /** Zero or negative. */
  credits: string;
  /** Zero or positive (negative only where credit was used before it arrived). */
  unapplied: string;
  total: string;
}

export interface OracleAging {
  labels: string[];
  rows: OracleAgingRow[];
  /** One a currency. */
  totals: Omit<OracleAgingRow, 'accountId' | 'entity' | 'party'>[];
}

/** One account's balance at a date, as it was known then; undefined accounts have none. */
export function oracleBalances(events: readonly RecordedEvent[], clocks: OracleClocks): OracleBalance[] {
  return accountsIn(events, clocks).map((account) => {
    const sums = sumsOf(account, clocks.asOf);
    const shares: OracleShare[] = [];
    let balance = 0n;
    for (const share of sums.shares.values()) {
      const amount = netOf(share);
      balance += amount;
      if (amount !== 0n) {
        shares.push({
          chargeId: share.chargeId,
          party: share.party,
          balance: write(amount, account.currency),
        });
      }
    }
    let unapplied = 0n;
    for (const credit of sums.credits.values()) unapplied += credit.amount;
    return {
      accountId: account.accountId,
      currency: account.currency,
      entity: account.entity,
      balance: write(balance - unapplied, account.currency),
      unapplied: write(unapplied, account.currency),
      unappliedByPayment: [...sums.credits.values()]
        .filter((credit) => credit.amount !== 0n)
        .map(({ paymentId, owner, amount }) => ({
          paymentId,
          owner,
          amount: write(amount, account.currency),
        })),
      shares,
    };
  });
}

/** The open parts of every share at a date, as it was known then, oldest first within a share. */
export function oracleOpenItems(events: readonly RecordedEvent[], clocks: OracleClocks): OracleOpenItem[] {
  return accountsIn(events, clocks).flatMap((account) =>
    [...sumsOf(account, clocks.asOf).shares.values()].flatMap((share) =>
      openPartsOf(share, account).parts.map((part) => ({
        accountId: account.accountId,
        chargeId: share.chargeId,
        party: share.party,
        currency: account.currency,
        amount: write(part.amount, account.currency),
        agesFrom: part.agesFrom,
      })),
    ),
  );
}

/** The aging at a date, as it was known then. @throws when it does not tie to the balance */
export function oracleAging(events: readonly RecordedEvent[], question: OracleQuestion): OracleAging {
  const { asOf, basis, buckets } = question;
  const rows: RowInUnits[] = [];
  for (const account of accountsIn(events, question)) {
    const byParty = new Map<string, RowInUnits>();
    const rowFor = (party: Party | Owner): RowInUnits => {
      const key = nameOf(party);
      const row = byParty.get(key) ?? emptyRow(account, party, buckets.length + 1);
      byParty.set(key, row);
      return row;
    };
    const sums = sumsOf(account, asOf);
    let balance = 0n;
    for (const share of sums.shares.values()) {
      const row = rowFor(share.party);
      const { parts, credit } = openPartsOf(share, account);
      for (const { amount, agesFrom } of parts) {
        const age = daysBetween(agesFrom[basis], asOf);
        if (age < 0) row.notYetDue += amount;
        else row.amounts[placeOf(age, buckets)]! += amount;
      }
      row.credits -= credit;
      balance += netOf(share);
    }
    for (const { owner, amount } of sums.credits.values()) {
      rowFor(owner).unapplied += amount;
      balance -= amount;
    }
    const aged = [...byParty.values()].reduce((sum, row) => sum + totalOf(row), 0n);
    if (aged !== balance) {
      throw new Error(`aging of ${account.accountId} does not tie: ${aged} is not ${balance}`);
    }
    rows.push(...byParty.values());
  }
  const totals = new Map<string, RowInUnits>();
  for (const row of rows) {
    const total = totals.get(row.currency);
    if (total) addTo(total, row);
    else totals.set(row.currency, { ...row, amounts: [...row.amounts] });
  }
  return {
    labels: [
      ...buckets.map((bound, i) => `${i === 0 ? 0 : buckets[i - 1]! + 1}-${bound}`),
      `${buckets.at(-1)! + 1}+`,
    ],
    rows: rows.map((row) => ({
      accountId: row.accountId,
      entity: row.entity,
      currency: row.currency,
      party: row.party,
      ...written(row),
    })),
    totals: [...totals.values()].map((row) => ({ currency: row.currency, ...written(row) })),
  };
}

/** Draws rows together that a key calls the same (by payer, by account …), apart by currency. */
export function oracleAgingBy<K extends string>(
  aging: OracleAging,
  keyOf: (row: OracleAgingRow) => K,
): Map<K, Omit<OracleAgingRow, 'accountId' | 'entity' | 'party'>[]> {
  const groups = new Map<K, Map<string, RowInUnits>>();
  for (const row of aging.rows) {
    const group = groups.get(keyOf(row)) ?? new Map<string, RowInUnits>();
    groups.set(keyOf(row), group);
    const parsed: RowInUnits = {
      ...row,
      amounts: row.amounts.map(read),
      notYetDue: read(row.notYetDue),
      credits: read(row.credits),
      unapplied: read(row.unapplied),
    };
    const sum = group.get(row.currency);
    if (sum) addTo(sum, parsed);
    else group.set(row.currency, parsed);
  }
  return new Map(
    Array.from(groups, ([key, byCurrency]) => [
      key,
      Array.from(byCurrency, ([currency, row]) => ({ currency, ...written(row) })),
    ]),
  );
}

// ---- what each event does, in minor units

interface Effect {
  effectiveOn: string;
  amount: bigint;
}
interface ShareEffect extends Effect {
  chargeId: string;
  party: Party;
  since?: string | undefined;
}
interface CreditEffect extends Effect {
  paymentId: string;
  owner: Owner;
}

interface KnownAccount {
  accountId: string;
  currency: string;
  entity: string;
  charges: Map<string, DataOf<'ChargePosted'>>;
  onShares: ShareEffect[];
  onCredits: CreditEffect[];
}

function accountsIn(events: readonly RecordedEvent[], { knownAt }: OracleClocks): KnownAccount[] {
  const accounts = new Map<string, KnownAccount>();
  for (const { accountId, event, recordedAt } of events) {
    if (knownAt !== undefined && Date.parse(recordedAt) > Date.parse(knownAt)) continue;
    if (event.type === 'AccountOpened') {
      const { currency, entity } = event.data;
      accounts.set(accountId, {
        accountId,
        currency,
        entity,
        charges: new Map(),
        onShares: [],
        onCredits: [],
      });
      continue;
    }
    const account = accounts.get(accountId);
    if (!account) throw new Error(`${accountId} was never opened`);
    readEvent(account, event);
  }
  return [...accounts.values()];
}

function readEvent(account: KnownAccount, event: AccountEvent): void {
  const share = (
    chargeId: string,
    party: Party,
    amount: bigint,
    effectiveOn: string,
    since?: string,
  ): unknown => account.onShares.push({ chargeId, party, amount, effectiveOn, since });
  const credit = (paymentId: string, owner: Owner, amount: bigint, effectiveOn: string): unknown =>
    account.onCredits.push({ paymentId, owner, amount, effectiveOn });

  switch (event.type) {
    case 'ChargePosted': {
      const { chargeId, responsible, amount, effectiveOn } = event.data;
      account.charges.set(chargeId, event.data);
      share(chargeId, responsible, read(amount), effectiveOn, effectiveOn);
      return;
    }
    case 'PaymentPosted': {
      const { paymentId, from, amount, allocations, effectiveOn } = event.data;
      let rest = read(amount);
      for (const a of allocations) {
        rest -= read(a.amount);
        share(a.chargeId, a.responsible, -read(a.amount), effectiveOn);
        share(a.chargeId, a.responsible, read(a.reinstated ?? '0'), a.reinstatedOn ?? effectiveOn);
      }
      const owner: Owner = from.party === 'payer' ? { party: 'payer', payerId: from.payerId } : from;
      credit(paymentId, owner, rest, effectiveOn);
      return;
    }
    case 'AdjustmentPosted': {
      const { allocations, direction, effectiveOn } = event.data;
      for (const a of allocations) {
        share(
          a.chargeId,
          a.responsible,
          direction === 'debit' ? read(a.amount) : -read(a.amount),
          effectiveOn,
        );
      }
      return;
    }
    case 'ResponsibilityTransferred': {
      const { chargeId, from, to, amount, effectiveOn } = event.data;
      share(chargeId, from, -read(amount), effectiveOn);
      share(chargeId, to, read(amount), effectiveOn, effectiveOn);
      return;
    }
    case 'CreditApplied': {
      for (const a of event.data.applied) {
        const on = a.countsOn ?? event.data.effectiveOn;
        if ('paymentId' in a.source) credit(a.source.paymentId, a.owner, -read(a.amount), on);
        else share(a.source.chargeId, a.source.party, read(a.amount), on);
        share(a.chargeId, a.responsible, -read(a.amount), on);
        share(a.chargeId, a.responsible, read(a.reinstated ?? '0'), a.reinstatedOn ?? on);
      }
      return;
    }
    case 'RefundIssued': {
      for (const { source, owner, amount, countsOn } of event.data.refunded) {
        const on = countsOn ?? event.data.effectiveOn;
        if ('paymentId' in source) credit(source.paymentId, owner, -read(amount), on);
        else share(source.chargeId, source.party, read(amount), on);
      }
      return;
    }
    case 'EntryReversed': {
      for (const { debit, credit: credited, amount, effectiveOn } of event.data.movements) {
        if ('chargeId' in debit) share(debit.chargeId, debit.party, read(amount), effectiveOn, debit.since);
        if ('paymentId' in debit) credit(debit.paymentId, debit.owner, -read(amount), effectiveOn);
        if ('chargeId' in credited) {
          share(credited.chargeId, credited.party, -read(amount), effectiveOn, credited.since);
        }
        if ('paymentId' in credited) credit(credited.paymentId, credited.owner, read(amount), effectiveOn);
      }
      return;
    }
    case 'AccountOpened':
    case 'DenialRecorded':
    case 'DenialAppealed':
    case 'DenialResolved':
    case 'NoteRecorded':
    case 'ClaimAdjudicated':
    case 'AdjudicationContinued':
      return;
  }
}

// ---- sums at a date

interface ShareSums {
  chargeId: string;
  party: Party;
  /** What opened parts, by the date since when. */
  opened: Map<string, bigint>;
  /** What used parts up; negative when more was given back. */
  used: bigint;
}

function sumsOf(account: KnownAccount, asOf: string) {
  const shares = new Map<string, ShareSums>();
  for (const { chargeId, party, since, amount, effectiveOn } of account.onShares) {
    if (effectiveOn > asOf) continue;
    const key = `${chargeId} ${nameOf(party)}`;
    const share = shares.get(key) ?? { chargeId, party, opened: new Map<string, bigint>(), used: 0n };
    shares.set(key, share);
    if (since === undefined) share.used -= amount;
    else share.opened.set(since, (share.opened.get(since) ?? 0n) + amount);
  }
  const credits = new Map<string, { paymentId: string; owner: Owner; amount: bigint }>();
  for (const { paymentId, owner, amount, effectiveOn } of account.onCredits) {
    if (effectiveOn > asOf) continue;
    const credit = credits.get(paymentId) ?? { paymentId, owner, amount: 0n };
    credits.set(paymentId, credit);
    credit.amount += amount;
  }
  return { shares, credits };
}

function netOf(share: ShareSums): bigint {
  let net = -share.used;
  for (const amount of share.opened.values()) net += amount;
  return net;
}

/** The oldest parts are used up first; more than all parts is a credit, less than nothing ages with the charge. */
function openPartsOf(
  share: ShareSums,
  account: KnownAccount,
): { parts: { amount: bigint; agesFrom: Record<AgingBasis, string> }[]; credit: bigint } {
  const charge = account.charges.get(share.chargeId);
  if (!charge) throw new Error(`${share.chargeId} was never charged`);
  const agesFrom = (since: string): Record<AgingBasis, string> => ({
    service: charge.serviceDate,
    posted: charge.effectiveOn,
    responsible: since,
  });
  const parts: { amount: bigint; agesFrom: Record<AgingBasis, string> }[] = [];
  let toUse = share.used;
  if (toUse < 0n) {
    parts.push({ amount: -toUse, agesFrom: agesFrom(charge.effectiveOn) });
    toUse = 0n;
  }
  for (const since of [...share.opened.keys()].sort()) {
    const amount = share.opened.get(since)!;
    if (amount < 0n) throw new Error(`${share.chargeId}: more was closed than opened since ${since}`);
    const eaten = toUse < amount ? toUse : amount;
    toUse -= eaten;
    if (amount > eaten) parts.push({ amount: amount - eaten, agesFrom: agesFrom(since) });
  }
  return { parts, credit: toUse };
}

// ---- rows

interface RowInUnits {
  accountId: string;
  entity: string;
  currency: string;
  party: Party | Owner;
  amounts: bigint[];
  notYetDue: bigint;
  credits: bigint;
  unapplied: bigint;
}

function emptyRow(account: KnownAccount, party: Party | Owner, buckets: number): RowInUnits {
  const { accountId, entity, currency } = account;
  const amounts = Array.from({ length: buckets }, () => 0n);
  return { accountId, entity, currency, party, amounts, notYetDue: 0n, credits: 0n, unapplied: 0n };
}

function addTo(sum: RowInUnits, row: RowInUnits): void {
  row.amounts.forEach((amount, i) => (sum.amounts[i]! += amount));
  sum.notYetDue += row.notYetDue;
  sum.credits += row.credits;
  sum.unapplied += row.unapplied;
}

function totalOf(row: RowInUnits): bigint {
  return row.amounts.reduce((sum, amount) => sum + amount, row.notYetDue + row.credits - row.unapplied);
}

function written(row: RowInUnits) {
  return {
    amounts: row.amounts.map((amount) => write(amount, row.currency)),
    notYetDue: write(row.notYetDue, row.currency),
    credits: write(row.credits, row.currency),
    unapplied: write(row.unapplied, row.currency),
    total: write(totalOf(row), row.currency),
  };
}

/** Walks the days of the buckets one after the other. */
function placeOf(age: number, buckets: readonly number[]): number {
  let place = 0;
  while (place < buckets.length && age > buckets[place]!) place += 1;
  return place;
}

function nameOf(party: Party | Owner): string {
  if (party.party === 'patient') return 'patient';
  if (party.party === 'other') return `other ${party.name}`;
  return `payer ${party.payerId}${'position' in party ? ` ${party.position}` : ''}`;
}

/** "12.34" is 1234n; all amounts of one currency carry the same digits. */
function read(text: string): bigint {
  return BigInt(text.replace('.', ''));
}

function write(units: bigint, currency: string): string {
  const digits = minorDigitsOf(currency);
  const text = (units < 0n ? -units : units).toString().padStart(digits + 1, '0');
  const sign = units < 0n ? '-' : '';
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
