import type { Account, AdjudicatedClaim, Charge, Credit, Denial, EntryRef, Share } from './account.js';
import { type AccountEventType, accountEventData } from './events.js';
import type { BroughtBack, Forgiven, ForgivenCategory, GivenUpCategory } from './given-up.js';
import { money } from './money.js';
import { partyKey } from './party.js';

/** Version of the fold: raise it whenever `evolve` or `Account` change, so that older snapshots are not read. */
export const FOLD_VERSION = 6;

const TYPES = Object.keys(accountEventData) as AccountEventType[];

type ForgivenTuple = [category: ForgivenCategory, amount: string, on: string, reinstatedByHand: string];
type BroughtBackTuple = [category: GivenUpCategory, amount: string, on: string];

/** A folded account as plain JSON; amounts are decimal strings. */
export interface AccountSnapshot {
  revision: number;
  accountId: string;
  currency: string;
  entries: [id: string, revision: number, type: number][];
  charges: [
    id: string,
    effectiveOn: string,
    matching: [serviceDate: string, amount: string, code: string, modifiers: string[], claimId: string],
    shares: [
      party: Share['party'],
      balance: string,
      writtenOff: string,
      writtenOffOn: string,
      reinstatedByHand: string,
      forgiven: ForgivenTuple[],
      broughtBack: BroughtBackTuple[],
      assigned: string,
      named: boolean,
    ][],
  ][];
  credits: [id: string, owner: Credit['owner'], effectiveOn: string, unapplied: string, drawnBy: string[]][];
  denials: [id: string, status: Denial['status'], level: number][];
  reversals: [id: string, reversalIds: string[]][];
  claims: [id: string, claim: AdjudicatedClaim][];
}

/** Writes a folded account as JSON that {@link fromSnapshot} reads back to an equal state; it shares nothing with it. */
export function toSnapshot(account: Account): AccountSnapshot {
  const { revision, accountId, currency } = account;
  return {
    revision,
    accountId,
    currency,
    entries: Array.from(account.entries, ([id, ref]) => [id, ref.revision, TYPES.indexOf(ref.type)]),
    charges: Array.from(account.charges, ([id, charge]) => [
      id,
      charge.effectiveOn,
      [charge.serviceDate, charge.amount.toFixed(), charge.code, [...charge.modifiers], charge.claimId],
      Array.from(charge.shares.values(), (s) => [
        s.party,
        s.balance.toFixed(),
        s.writtenOff.toFixed(),
        s.writtenOffOn,
        s.reinstatedByHand.toFixed(),
        Array.from(s.forgiven, ([category, f]) => [
          category,
          f.amount.toFixed(),
          f.on,
          f.reinstatedByHand.toFixed(),
        ]),
        Array.from(s.broughtBack, ([category, { amount, on }]) => [category, amount.toFixed(), on]),
        s.assigned.toFixed(),
        s.named,
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
    claims: Array.from(account.claims, ([id, claim]) => [
      id,
      {
        ...claim,
        lines: claim.lines.map((line) => ({ ...line })),
        taken: [...claim.taken],
        entries: [...claim.entries],
        decisions: [...claim.decisions],
      },
    ]),
  };
}

function forgivenOf([category, amount, on, reinstatedByHand]: ForgivenTuple): [ForgivenCategory, Forgiven] {
  return [category, { amount: money(amount), on, reinstatedByHand: money(reinstatedByHand) }];
}

function broughtBackOf([category, amount, on]: BroughtBackTuple): [GivenUpCategory, BroughtBack] {
  return [category, { amount: money(amount), on }];
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
      snapshot.charges.map(([id, effectiveOn, matching, shares]): [string, Charge] => [
        id,
        {
          effectiveOn,
          serviceDate: matching[0],
          amount: money(matching[1]),
          code: matching[2],
          modifiers: [...matching[3]],
          claimId: matching[4],
          shares: new Map(
            shares.map(
              ([
                party,
                balance,
                writtenOff,
                writtenOffOn,
                reinstatedByHand,
                forgiven,
                broughtBack,
                assigned,
                named,
              ]): [string, Share] => [
                partyKey(party),
                {
                  party,
                  balance: money(balance),
                  writtenOff: money(writtenOff),
                  writtenOffOn,
                  reinstatedByHand: money(reinstatedByHand),
                  forgiven: new Map(forgiven.map(forgivenOf)),
                  broughtBack: new Map(broughtBack.map(broughtBackOf)),
                  assigned: money(assigned),
                  named,
                },
              ],
            ),
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
    claims: new Map(
      snapshot.claims.map(([id, claim]): [string, AdjudicatedClaim] => [
        id,
        // JSON leaves out what is undefined.
        {
          ...claim,
          position: claim.position,
          reversedBy: claim.reversedBy,
          reverses: claim.reverses,
          lines: claim.lines.map((line) => ({ ...line })),
          taken: [...claim.taken],
          entries: [...claim.entries],
          decisions: [...claim.decisions],
        },
      ]),
    ),
  };
}
