import type { Account } from '../account.js';
import type { CalendarDate } from '../calendar.js';
import type { RemittanceRef } from '../claim-statement.js';
import { type AvailableCredit, CreditDrawer, creditAt, creditsOf } from '../credit.js';
import { type Decision, type DecisionContext, accept, isRefusal, reject } from '../decision.js';
import type { CreditSource, DataOf } from '../events.js';
import { formatMoney, ZERO } from '../money.js';
import { type Owner, ownerKey, ownerOf, partyKey } from '../party.js';
import {
  type RequestedAllocation,
  type ResolvedAllocation,
  resolveAllocations,
  withReinstatement,
} from '../shares.js';

export interface ApplyCredit {
  type: 'ApplyCredit';
  accountId: string;
  allocationId: string;
  allocations: RequestedAllocation[];
  /** Where the credit stands; left out, the oldest of the owner whose share is paid. */
  source?: CreditSource;
  effectiveOn?: string;
  /** The claim of a remittance whose payment it is. */
  remittance?: RemittanceRef;
}

/** Pays shares from credit: of the named source, or of whoever is responsible for the share, oldest first. */
export function applyCredit(account: Account, command: ApplyCredit, context: DecisionContext): Decision {
  const { type: _, accountId: __, allocations: requested, ...given } = command;
  const named = command.source && creditAt(account, command.source);
  if (command.source && !named) {
    return reject({
      code: 'credit_insufficient',
      requested: requested[0]?.amount ?? '0',
      available: formatMoney(ZERO, account.currency),
    });
  }
  const allocations = resolveAllocations(account, requested, named?.owner ?? 'whoever_owes');
  if (isRefusal(allocations)) return allocations;
  const effectiveOn = command.effectiveOn ?? context.today;
  const applied = draw(account, allocations, named, effectiveOn);
  if (isRefusal(applied)) return applied;
  return accept({
    type: 'CreditApplied',
    data: {
      effectiveOn,
      currency: account.currency,
      ...given,
      allocations,
      applied: withReinstatement(account, applied, effectiveOn),
    },
  });
}

function draw(
  account: Account,
  allocations: ResolvedAllocation[],
  named: AvailableCredit | undefined,
  effectiveOn: CalendarDate,
) {
  const drawers = new Map<string, CreditDrawer>();
  const drawerFor = (owner: Owner): CreditDrawer => {
    const key = named ? 'named' : ownerKey(owner);
    const drawer =
      drawers.get(key) ??
      new CreditDrawer(named ? [named] : creditsOf(account, owner), account.currency, effectiveOn);
    drawers.set(key, drawer);
    return drawer;
  };
  const applied: DataOf<'CreditApplied'>['applied'] = [];
  for (const { chargeId, responsible, amount } of allocations) {
    const notItself = (source: CreditSource): boolean =>
      'paymentId' in source ||
      source.chargeId !== chargeId ||
      partyKey(source.party) !== partyKey(responsible);
    const drawn = drawerFor(ownerOf(responsible)).draw(amount, notItself);
    if (isRefusal(drawn)) return drawn;
    applied.push(...drawn.map((part) => ({ chargeId, responsible, ...part })));
  }
  return applied;
}
