import type { Account, Charge, Credit, Denial, EntryRef, Share } from './account.js';
import { type AccountEventType, accountEventData } from './events.js';
import { money } from './money.js';
import { partyKey } from './party.js';

/** Version of the fold: raise it whenever `evolve` or `Account` change, so that older snapshots are not read. */
export const FOLD_VERSION = 3;

const TYPES = Object.keys(accountEventData) as AccountEventType[];

/** A folded account as plain JSON; amounts are decimal strings. */
export interface AccountSnapshot {
  revision: number;
  accountId: string;
  currency: string;
  entries: [id: string, revision: number, type: number][];
  charges: [
    id: string,
    effectiveOn: string,
    shares: [
      party: Share['party'],
      balance: string,
      writtenOff: string,
      writtenOffOn: string,
      reinstatedByHand: string,
    ][],
  ][];
  credits: [id: string, owner: Credit['owner'], effectiveOn: string, unapplied: string, drawnBy: string[]][];
  denials: [id: string, status: Denial['status'], level: number][];
  reversals: [id: string, reversalIds: string[]][];
}

/** Writes a folded account as JSON that {@link fromSnapshot} reads back to an equal state; it shares nothing with it. */
export function toSnapshot(account: Account): AccountSnapshot {
  const { revision, accountId, currency } = account;
  return {
    revision,
    accountId,
    currency,
    entries: Array.from(account.entries, ([id, ref]) => [id, ref.revision, TYPES.indexOf(ref.type)]),
    charges: Array.from(account.charges, ([id, { effectiveOn, shares }]) => [
      id,
      effectiveOn,
      Array.from(shares.values(), (s) => [
        s.party,
        s.balance.toFixed(),
        s.writtenOff.toFixed(),
        s.writtenOffOn,
        s.reinstatedByHand.toFixed(),
      ]),
    ]),
    credits: Array.from(account.credits, ([id, c]) => [
      id,
      c.owner,
      c.effectiveOn,
      c.unapplied.toFixed(),
      [...c.drawnBy],
    ]),
    denials: Array.from(account.denials, ([id, d]) => [id, d.status, d.level]),
    reversals: Array.from(account.reversals, ([id, ids]) => [id, [...ids]]),
  };
}

/** Reads a folded account back. */
export function fromSnapshot(snapshot: AccountSnapshot): Account {
  const { revision, accountId, currency } = snapshot;
  return {
    revision,
    accountId,
    currency,
    entries: new Map(
      snapshot.entries.map(([id, at, type]): [string, EntryRef] => [
        id,
        { revision: at, type: TYPES[type]! },
      ]),
    ),
    charges: new Map(
      snapshot.charges.map(([id, effectiveOn, shares]): [string, Charge] => [
        id,
        {
          effectiveOn,
          shares: new Map(
            shares.map(([party, balance, writtenOff, writtenOffOn, reinstatedByHand]): [string, Share] => [
              partyKey(party),
              {
                party,
                balance: money(balance),
                writtenOff: money(writtenOff),
                writtenOffOn,
                reinstatedByHand: money(reinstatedByHand),
              },
            ]),
          ),
        },
      ]),
    ),
    credits: new Map(
      snapshot.credits.map(([id, owner, effectiveOn, unapplied, drawnBy]): [string, Credit] => [
        id,
        { owner, effectiveOn, unapplied: money(unapplied), drawnBy: [...drawnBy] },
      ]),
    ),
    denials: new Map(
      snapshot.denials.map(([id, status, level]): [string, Denial] => [id, { status, level }]),
    ),
    reversals: new Map(snapshot.reversals.map(([id, ids]): [string, string[]] => [id, [...ids]])),
  };
}
