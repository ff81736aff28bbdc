import { type Money, ZERO, formatMoney, money } from '../../ledger/money.js';

/** A remittance of a trace; its amount is BPR02, negative for a debit. */
export interface Paid {
  remittanceId: string;
  amount: string;
}

/** A deposit of the same trace, and what of it belongs to remittances already. */
export interface Room {
  depositId: string;
  amount: string;
  reconciled: string;
}

/** A part of a remittance's amount, and the deposit that it lies in. */
export interface Part {
  depositId: string;
  amount: string;
}

/**
 * Says in which deposits the money of remittances lies, whose sums are the same. Most often it is one of each. A deposit
 * of just the amount is taken first, then what is left in their order; debits come first, since what they took is in no
 * deposit. The parts of a remittance come to its amount; the parts in a deposit come to its own once all are shared out.
 *
 * @param deposits at least one
 */
export function shareDeposits(
  remittances: readonly Paid[],
  deposits: readonly Room[],
  currency: string,
): Map<string, Part[]> {
  const rooms = deposits.map(({ depositId, amount, reconciled }) => ({
    depositId,
    left: money(amount).minus(money(reconciled)),
  }));
  const parts = new Map<string, Part[]>();
  const give = (remittanceId: string, room: (typeof rooms)[number], amount: Money): void => {
    room.left = room.left.minus(amount);
    const some = parts.get(remittanceId) ?? [];
    some.push({ depositId: room.depositId, amount: formatMoney(amount, currency) });
    parts.set(remittanceId, some);
  };
  const inPieces: Paid[] = [];
  for (const paid of remittances.toSorted((a, b) => rank(a) - rank(b))) {
    const amount = money(paid.amount);
    const room = amount.isNegative() ? rooms[0] : rooms.find(({ left }) => left.equals(amount));
    if (room) give(paid.remittanceId, room, amount);
    else inPieces.push(paid);
  }
  for (const { remittanceId, amount } of inPieces) {
    let rest = money(amount);
    for (const room of rooms) {
      const part = room.left.lessThan(rest) ? room.left : rest;
      if (part.lessThanOrEqualTo(ZERO)) continue;
      give(remittanceId, room, part);
      rest = rest.minus(part);
    }
    // Others of the trace have taken more meanwhile: the sums are right all the same.
    if (!rest.isZero()) give(remittanceId, rooms.at(-1)!, rest);
  }
  return parts;
}

function rank({ amount }: Paid): number {
  return money(amount).isNegative() ? 0 : 1;
}
