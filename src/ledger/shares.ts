import type { Account, Share } from './account.js';
import type { CalendarDate } from './calendar.js';
import { type Refusal, isRefusal } from './decision.js';
import type { Allocation } from './events.js';
import { formatMoney, money } from './money.js';
import { type Party, type Payee, partyKey } from './party.js';

/** A part of an amount that a caller assigns to a charge; whose share it is may be left to the account. */
export interface RequestedAllocation {
  chargeId: string;
  amount: string;
  responsible?: Party;
}

export interface ResolvedAllocation {
  chargeId: string;
  amount: string;
  responsible: Party;
}

/** Whose money pays: a party's, or for credit whoever's share it is. Adjustments are nobody's money. */
export type Payer = Payee | 'whoever_owes' | undefined;

/**
 * Says whose share each allocation lowers or raises. Left out it means, for a payer's money, that payer's one open
 * position on the charge; for the patient's, the patient's share; for adjustments (`from` undefined) and other
 * people's money, the only open share. A share with bad debt on it counts as open where money comes and nothing else is.
 *
 * @returns the allocations with their parties, or `charge_not_found` / `responsible_required`
 */
export function resolveAllocations(
  account: Account,
  requested: readonly RequestedAllocation[],
  from: Payer,
): ResolvedAllocation[] | Refusal {
  const resolved: ResolvedAllocation[] = [];
  for (const { chargeId, amount, responsible } of requested) {
    const charge = account.charges.get(chargeId);
    if (!charge) return { rejected: { code: 'charge_not_found', chargeId } };
    const party = responsible ?? impliedShare(account, [...charge.shares.values()], chargeId, from);
    if (isRefusal(party)) return party;
    resolved.push({ chargeId, amount, responsible: party });
  }
  return resolved;
}

function impliedShare(account: Account, shares: Share[], chargeId: string, from: Payer): Party | Refusal {
  const payer = from === 'whoever_owes' ? undefined : from;
  if (payer?.party === 'patient') return { party: 'patient' };
  const theirs = payer?.party === 'payer' ? shares.filter((s) => isPayer(s.party, payer.payerId)) : shares;
  const open = theirs.filter((s) => s.balance.isPositive() && !s.balance.isZero());
  const writtenOff = from ? theirs.filter((s) => s.writtenOff.greaterThan(0)) : [];
  const candidates = open.length > 0 ? open : writtenOff;
  if (candidates.length === 1) return candidates[0]!.party;
  return {
    rejected: {
      code: 'responsible_required',
      chargeId,
      openShares: candidates.map((s) => ({
        party: partyKey(s.party).replaceAll('|', ' '),
        balance: formatMoney(s.balance, account.currency),
      })),
    },
  };
}

function isPayer(party: Party, payerId: string): boolean {
  return party.party === 'payer' && party.payerId === payerId;
}

/**
 * Adds to each allocation of money the bad debt that it reinstates first: as much as was written off on its share, up
 * to its own amount; never as of a day before the write-off counts.
 */
export function withReinstatement<A extends ResolvedAllocation & { countsOn?: CalendarDate }>(
  account: Account,
  allocations: readonly A[],
  effectiveOn: CalendarDate,
): (A & Pick<Allocation, 'reinstated' | 'reinstatedOn'>)[] {
  const left = new Map<string, Share['writtenOff']>();
  return allocations.map((allocation) => {
    const { chargeId, responsible, amount } = allocation;
    const key = `${chargeId}|${partyKey(responsible)}`;
    const share = account.charges.get(chargeId)?.shares.get(partyKey(responsible));
    const writtenOff = left.get(key) ?? share?.writtenOff;
    if (!share || !writtenOff?.greaterThan(0)) return allocation;
    const reinstated = writtenOff.lessThan(amount) ? writtenOff : money(amount);
    left.set(key, writtenOff.minus(reinstated));
    return {
      ...allocation,
      reinstated: formatMoney(reinstated, account.currency),
      ...(share.writtenOffOn > (allocation.countsOn ?? effectiveOn) && { reinstatedOn: share.writtenOffOn }),
    };
  });
}
