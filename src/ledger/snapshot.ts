import type { Account, AdjudicatedClaim, Charge, Credit, Denial, EntryRef, Share } from './account.js';
import { type AccountEventType, accountEventData } from './events.js';
import type { BroughtBack, Forgiven, ForgivenCategory, GivenUpCategory } from './given-up.js';
import { money } from './money.js';
import { partyKey } from './party.js';
import { Shelf, type ShelfForm, type ShelfSource } from './shelf.js';

/**
 * Version of the fold: raise it whenever `evolve` or `Account` change, or the order of the event types (snapshots name a
 * type by its place), so that older snapshots are not read.
 */
export const FOLD_VERSION = 7;

const TYPES = Object.keys(accountEventData) as AccountEventType[];

type ForgivenTuple = [category: ForgivenCategory, amount: string, on: string, reinstatedByHand: string];
type BroughtBackTuple = [category: GivenUpCategory, amount: string, on: string];
type ShareTuple = [
  party: Share['party'],
  balance: string,
  writtenOff: string,
  writtenOffOn: string,
  reinstatedByHand: string,
  forgiven: ForgivenTuple[],
  broughtBack: BroughtBackTuple[],
  assigned: string,
  named: boolean,
];

/** The entries of an account's maps as plain JSON; amounts are decimal strings. */
interface Written {
  entries: [revision: number, type: number];
  charges: [
    effectiveOn: string,
    matching: [serviceDate: string, amount: string, code: string, modifiers: string[], claimId: string],
    shares: ShareTuple[],
  ];
  credits: [owner: Credit['owner'], effectiveOn: string, unapplied: string, drawnBy: string[]];
  denials: [status: Denial['status'], level: number];
  reversals: string[];
  claims: AdjudicatedClaim;
}

/** The maps of an account. */
export type AccountMap = keyof Written;

type EntryOf<M extends AccountMap> = Account[M] extends Map<string, infer E> ? E : never;

/** A folded account as plain JSON. */
export type AccountSnapshot = Pick<Account, 'revision' | 'accountId' | 'currency'> & {
  [M in AccountMap]: [id: string, written: Written[M]][];
};

const FORMS: { readonly [M in AccountMap]: ShelfForm<EntryOf<M>, Written[M]> } = {
  entries: {
    write: ({ revision, type }) => [revision, TYPES.indexOf(type)],
    read: ([revision, type]): EntryRef => ({ revision, type: TYPES[type]! }),
  },
  charges: {
    write: (charge) => [
      charge.effectiveOn,
      [charge.serviceDate, charge.amount.toFixed(), charge.code, [...charge.modifiers], charge.claimId],
      Array.from(charge.shares.values(), writeShare),
    ],
    read: ([effectiveOn, [serviceDate, amount, code, modifiers, claimId], shares]): Charge => ({
      effectiveOn,
      serviceDate,
      amount: money(amount),
      code,
      modifiers: [...modifiers],
      claimId,
      shares: new Map(shares.map((share) => [partyKey(share[0]), readShare(share)])),
    }),
  },
  credits: {
    write: (credit) => [credit.owner, credit.effectiveOn, credit.unapplied.toFixed(), [...credit.drawnBy]],
    read: ([owner, effectiveOn, unapplied, drawnBy]): Credit => ({
      owner,
      effectiveOn,
      unapplied: money(unapplied),
      drawnBy: [...drawnBy],
    }),
  },
  denials: {
    write: ({ status, level }) => [status, level],
    read: ([status, level]): Denial => ({ status, level }),
  },
  reversals: { write: (ids) => [...ids], read: (ids) => [...ids] },
  claims: {
    write: copyOfClaim,
    // JSON leaves out what is undefined.
    read: (claim) => ({
      ...copyOfClaim(claim),
      position: claim.position,
      reversedBy: claim.reversedBy,
      reverses: claim.reverses,
    }),
  },
};

/** The names of an account's maps. */
export const ACCOUNT_MAPS = Object.keys(FORMS) as AccountMap[];

/** Writes a folded account as JSON; it shares nothing with it. {@link shelved} reads its entries back to an equal state. */
export function toSnapshot(account: Account): AccountSnapshot {
  const { revision, accountId, currency } = account;
  const maps = ACCOUNT_MAPS.map((name) => [name, [...writtenOf(account, name)]] as const);
  return { revision, accountId, currency, ...Object.fromEntries(maps) } as AccountSnapshot;
}

/**
 * An account whose entries are read when they are asked for.
 *
 * @param sourceOf where the entries of each map lie, as JSON that {@link writtenOf} or a shelf wrote
 */
export function shelved(
  { revision, accountId, currency }: Pick<Account, 'revision' | 'accountId' | 'currency'>,
  sourceOf: (name: AccountMap) => ShelfSource<unknown>,
): Account {
  const maps = ACCOUNT_MAPS.map((name) => {
    const form = FORMS[name] as ShelfForm<unknown, unknown>;
    return [name, new Shelf(sourceOf(name), form)] as const;
  });
  return { revision, accountId, currency, ...Object.fromEntries(maps) } as Account;
}

/** The entries of one map of an account in their order, as JSON. */
export function writtenOf(
  account: Account,
  name: AccountMap,
): Iterable<readonly [id: string, written: unknown]> {
  const map: Map<string, unknown> = account[name];
  if (map instanceof Shelf) return map.written() as Iterable<[string, unknown]>;
  const form = FORMS[name] as ShelfForm<unknown, unknown>;
  return Array.from(map, ([id, entry]) => [id, form.write(entry)] as const);
}

function writeShare(share: Share): ShareTuple {
  return [
    share.party,
    share.balance.toFixed(),
    share.writtenOff.toFixed(),
    share.writtenOffOn,
    share.reinstatedByHand.toFixed(),
    Array.from(share.forgiven, ([category, { amount, on, reinstatedByHand }]) => [
      category,
      amount.toFixed(),
      on,
      reinstatedByHand.toFixed(),
    ]),
    Array.from(share.broughtBack, ([category, { amount, on }]) => [category, amount.toFixed(), on]),
    share.assigned.toFixed(),
    share.named,
  ];
}

function readShare([
  party,
  balance,
  writtenOff,
  writtenOffOn,
  reinstatedByHand,
  forgiven,
  broughtBack,
  assigned,
  named,
]: ShareTuple): Share {
  return {
    party,
    balance: money(balance),
    writtenOff: money(writtenOff),
    writtenOffOn,
    reinstatedByHand: money(reinstatedByHand),
    forgiven: new Map(forgiven.map(forgivenOf)),
    broughtBack: new Map(broughtBack.map(broughtBackOf)),
    assigned: money(assigned),
    named,
  };
}

function forgivenOf([category, amount, on, reinstatedByHand]: ForgivenTuple): [ForgivenCategory, Forgiven] {
  return [category, { amount: money(amount), on, reinstatedByHand: money(reinstatedByHand) }];
}

function broughtBackOf([category, amount, on]: BroughtBackTuple): [GivenUpCategory, BroughtBack] {
  return [category, { amount: money(amount), on }];
}

function copyOfClaim(claim: AdjudicatedClaim): AdjudicatedClaim {
  return {
    ...claim,
    lines: claim.lines.map((line) => ({ ...line })),
    taken: [...claim.taken],
    entries: [...claim.entries],
    decisions: [...claim.decisions],
  };
}
