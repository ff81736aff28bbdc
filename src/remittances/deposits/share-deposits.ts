import { type Money, ZERO, formatMoney, money, sumOf } from '../../ledger/money.js';

/** A remittance of a trace; its amount is BPR02, negative for a debit. */
export interface Paid {
  remittanceId: string;
  amount: string;
}

/** A deposit of the same trace, negative where the payer took it from the bank, and what of it belongs to remittances. */
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

interface Left {
  depositId: string;
  left: Money;
}

/**
 * Says in which deposits the money of remittances lies, whose sums are the same. Most often it is one of each. A deposit
 * of just the amount is taken first, then what is left in their order, credits from credits and debits from debits. What
 * a debit took that the bank does not show by itself was taken from what was paid: it raises what the first deposit has
 * for the others. The parts of a remittance come to its amount; the parts in a deposit come to its own once all are
 * shared out, whichever way the bank and the payer cut their sums.
 *
 * @param remittances those that are not reconciled yet; others of the trace may be to come
 * @param deposits at least one
 * @returns by remittance its parts, one a deposit
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
  const isAll = sumOf(rooms.map(({ left }) => left)).equals(sumOf(remittances.map((r) => money(r.amount))));
  const sharing = new Sharing(rooms);
  const inPieces = remittances.filter((paid) => !sharing.giveWhole(paid));
  for (const paid of inPieces.filter(isDebit)) sharing.giveInPieces(paid, rooms[0]!);
  // Others of the trace may have taken more meanwhile: the sums are right all the same.
  for (const paid of inPieces.filter((one) => !isDebit(one))) sharing.giveInPieces(paid, rooms.at(-1)!);
  const [first] = inPieces.length > 0 ? inPieces : remittances;
  // Nothing is to come: what deposits have left is nothing in sum, such as one that the payer took back in part.
  if (isAll && first) for (const room of rooms) sharing.give(first.remittanceId, room, room.left);
  return sharing.parts(currency);
}

/** Which remittance has how much of which deposit. */
class Sharing {
  readonly #given = new Map<string, Map<string, Money>>();

  constructor(private readonly rooms: readonly Left[]) {}

  /** Gives the deposit that has just the amount left; false where there is none. */
  giveWhole({ remittanceId, amount }: Paid): boolean {
    const room = this.rooms.find(({ left }) => left.equals(money(amount)));
    if (room) this.give(remittanceId, room, room.left);
    return room !== undefined;
  }

  /** Gives an amount from deposits that went the same way, and the rest of it from one that is named. */
  giveInPieces({ remittanceId, amount }: Paid, last: Left): void {
    let rest = money(amount);
    for (const room of this.rooms) {
      if (room.left.isNegative() !== rest.isNegative()) continue;
      const part = room.left.abs().lessThan(rest.abs()) ? room.left : rest;
      this.give(remittanceId, room, part);
      rest = rest.minus(part);
    }
    this.give(remittanceId, last, rest);
  }

  give(remittanceId: string, room: Left, amount: Money): void {
    if (amount.isZero()) return;
    room.left = room.left.minus(amount);
    const given = this.#given.get(remittanceId) ?? new Map<string, Money>();
    this.#given.set(remittanceId, given);
    given.set(room.depositId, amount.plus(given.get(room.depositId) ?? ZERO));
  }

  parts(currency: string): Map<string, Part[]> {
    return new Map(
      [...this.#given].map(([remittanceId, given]) => [
        remittanceId,
        [...given]
          .filter(([, amount]) => !amount.isZero())
          .map(([depositId, amount]) => ({ depositId, amount: formatMoney(amount, currency) })),
      ]),
    );
  }
}

function isDebit({ amount }: Paid): boolean {
  return amount.startsWith('-');
}
