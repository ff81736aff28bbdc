import type { Cents } from '../remittance-advice/cents.js';
import { type ChargeSlot, byGrade, theOne } from './charge-slot.js';
import type { SeekingLine } from './line-evidence.js';

/** The charges of a claim without lines, each with its part of what the claim charges. */
type Found = { charges: { slot: ChargeSlot; amount: Cents }[] } | { ambiguous: ChargeSlot[] };

/**
 * Finds what a claim without lines is about: the charge that was opened for it; else all charges that may be meant, if
 * together they are what the claim charges; else all of its date; else the one with its amount; else the only one there
 * is, if the claim is a part of it. Charges with the best grade are looked at alone first, and given only whole.
 *
 * @param slots the charges that may be meant, in the order of posting
 * @param how whether the charges name the claim, and whether somebody said to take the account as given: then the claim
 *   fills the charges in order, and what is too much falls to the last
 * @returns no charges when there are none that fit
 */
export function chargesOfWhole(
  seeking: SeekingLine,
  slots: readonly ChargeSlot[],
  how: { known: boolean; released: boolean },
): Found {
  for (const better of byGrade(slots).slice(0, -1)) {
    const found = chargesAmong(seeking, better, { known: false, released: false });
    if ('charges' in found && found.charges.length > 0) return found;
  }
  return chargesAmong(seeking, slots, how);
}

function chargesAmong(
  { line, need, ownChargeId }: SeekingLine,
  slots: readonly ChargeSlot[],
  how: { known: boolean; released: boolean },
): Found {
  const own = slots.find(({ chargeId, amount }) => chargeId === ownChargeId && amount === need);
  if (own) return whole([own]);
  const charging = slots.filter(({ amount }) => amount > 0);
  if (charging.length > 1 && sumOf(charging) === need) return whole(charging);
  const { serviceDate } = line;
  const onDate =
    serviceDate === undefined
      ? charging
      : charging.filter(({ charge }) => charge.serviceDate === serviceDate);
  if (onDate.length > 0 && sumOf(onDate) === need) return whole(onDate);
  const equal = onDate.filter(({ amount }) => amount === need);
  if (equal.length > 0) {
    const one = theOne(equal);
    return one ? whole([one]) : { ambiguous: equal };
  }
  const [only, ...others] = onDate;
  if (how.known && only && others.length === 0 && need > 0 && need <= only.amount) {
    return { charges: [{ slot: only, amount: need }] };
  }
  return how.released ? { charges: filled(charging, need) } : { charges: [] };
}

function whole(slots: readonly ChargeSlot[]): Found {
  return { charges: slots.map((slot) => ({ slot, amount: slot.amount })) };
}

function sumOf(slots: readonly ChargeSlot[]): Cents {
  return slots.reduce((total, { amount }) => total + amount, 0);
}

function filled(slots: readonly ChargeSlot[], need: Cents): { slot: ChargeSlot; amount: Cents }[] {
  let left = need;
  const charges = slots.map((slot) => {
    const amount = Math.min(left, slot.amount);
    left -= amount;
    return { slot, amount };
  });
  const used = charges.filter(({ amount }, i) => amount > 0 || i === 0);
  const last = used.at(-1);
  if (last) last.amount += left;
  return used;
}
