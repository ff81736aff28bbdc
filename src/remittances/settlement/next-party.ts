import type { Account } from '../../ledger/account.js';
import type { Party, PayerInPosition, PayerPosition } from '../../ledger/party.js';
import { isPayer, nextPosition } from './share-book.js';

interface Decision {
  /** As the remittance names it. */
  payerId: string;
  /** What CLP02 says. */
  position: PayerPosition | undefined;
  /** It repeats what payers before it did (CARC 23), so that it is not the first. */
  repeatsEarlier?: boolean;
}

/**
 * The party whose shares a payer's decision is about. Its position is the one that the remittance states; else the one in
 * which the payer has a share on these charges; else the only one that is open there; else primary, or secondary where it
 * repeats what earlier payers did, as refusals (CLP02 4) do without saying more. It is called as the ledger calls it: where the payer has no share on these charges and they have exactly one other payer in its position,
 * that one is meant, as ledgers name payers their own way. For a later payer it is the one that the account names
 * ({@link partyAfter}), so that it is the same whether it decides before the payer that passes the claim on, or after.
 */
export function decidingParty(
  account: Account,
  decision: Decision,
  chargeIds: Iterable<string>,
): PayerInPosition {
  const shares = [...payerSharesOf(account, chargeIds)];
  const { payerId } = decision;
  const own = shares.filter(({ party }) => party.payerId === payerId);
  const position = decision.position ?? own[0]?.party.position ?? likelyPosition(decision, shares);
  if (own.length > 0) return { party: 'payer', payerId, position };
  const known = position === 'primary' ? onlyPayer(shares, position) : knownIn(account, shares, position);
  return { party: 'payer', payerId: known ?? payerId, position };
}

/**
 * Who answers for what a payer leaves, where none in the next position has decided yet: the one that the remittance says
 * it was sent on to; the only one that the claim's charges have there; where they have none, the only one
 * that commands named there anywhere on the account. Else the patient. What remittances made of other claims does not
 * count: then it would matter which of them comes first.
 */
export function partyAfter(
  account: Account,
  { position }: PayerInPosition,
  crossoverPayerId: string | undefined,
  chargeIds: Iterable<string>,
): Party {
  const next = nextPosition(position);
  if (next === undefined) return { party: 'patient' };
  const payerId = crossoverPayerId ?? knownIn(account, [...payerSharesOf(account, chargeIds)], next);
  return payerId === undefined ? { party: 'patient' } : { party: 'payer', payerId, position: next };
}

function likelyPosition({ repeatsEarlier }: Decision, shares: readonly PayerShare[]): PayerPosition {
  const open = onlyOpen(shares) ?? 'primary';
  return repeatsEarlier && open === 'primary' ? 'secondary' : open;
}

interface PayerShare {
  party: PayerInPosition;
  isOpen: boolean;
}

function* payerSharesOf(account: Account, chargeIds: Iterable<string>): Iterable<PayerShare> {
  for (const chargeId of chargeIds) {
    for (const { party, balance } of account.charges.get(chargeId)?.shares.values() ?? []) {
      if (isPayer(party)) yield { party, isOpen: balance.greaterThan(0) };
    }
  }
}

function knownIn(
  account: Account,
  shares: readonly PayerShare[],
  position: PayerPosition,
): string | undefined {
  const here = shares.some(({ party }) => party.position === position);
  return here ? onlyPayer(shares, position) : onlyNamed(account, position);
}

function onlyNamed(account: Account, position: PayerPosition): string | undefined {
  let found: string | undefined;
  for (const { shares } of account.charges.values()) {
    for (const { party, named } of shares.values()) {
      if (!named || !isPayer(party) || party.position !== position || party.payerId === found) continue;
      if (found !== undefined) return undefined;
      found = party.payerId;
    }
  }
  return found;
}

function onlyPayer(shares: readonly PayerShare[], position: PayerPosition): string | undefined {
  const payers = new Set(shares.filter((s) => s.party.position === position).map((s) => s.party.payerId));
  return payers.size === 1 ? [...payers][0] : undefined;
}

function onlyOpen(shares: readonly PayerShare[]): PayerPosition | undefined {
  const open = new Set(shares.filter(({ isOpen }) => isOpen).map(({ party }) => party.position));
  return open.size === 1 ? [...open][0] : undefined;
}
