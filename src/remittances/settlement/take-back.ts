import { laterOf } from '../../ledger/calendar.js';
import type { Draft } from '../../ledger/draft.js';
import { type AccountEvent, effectiveOnOf } from '../../ledger/events.js';
import { type Money, ZERO, money } from '../../ledger/money.js';
import { movementsOf } from '../../ledger/movements.js';
import type { Adjudication } from './adjudications.js';
import type { EntryWriter } from './entries-of-settlement.js';

/** An adjudication that is taken back, or the lines of it with these numbers. */
export interface TakenBack {
  original: Adjudication;
  /** Left out where all of it is. */
  lines?: readonly number[];
}

/**
 * Writes the reversals of everything that was posted for an adjudication, the last first: its adjustments, transfers and
 * payment. Charges stay, they are the provider's; denials too, they are what was said. Credit that was applied goes with
 * its payment.
 *
 * What somebody reversed by hand is passed over, but for the payment: its money may have gone another way, and only a
 * person can say whether this takes it back. Its reversal left the money to the clearing account, where the takeback
 * brings it from.
 *
 * @param released a person said so: of the payment, too, only the rest is taken back
 * @returns the entry that is in the way, if there is one, and what of it
 */
export function writeTakeBack(
  draft: Draft,
  original: Adjudication,
  effectiveOn: string,
  writer: EntryWriter,
  released: boolean,
): InTheWay | undefined {
  for (const entryId of original.claim.entries.toReversed()) {
    const type = draft.account.entries.get(entryId)?.type;
    if (type !== 'PaymentPosted' && type !== 'AdjustmentPosted' && type !== 'ResponsibilityTransferred')
      continue;
    const entry = draft.recorded(entryId);
    if (!entry) return { code: 'entry_already_reversed', entryId };
    const taken = takenFrom(draft, entryId);
    if (type === 'PaymentPosted' && !taken.isZero() && !released)
      return { code: 'entry_already_reversed', entryId };
    if (taken.greaterThanOrEqualTo(sizeOf(entry))) continue;
    writer.reversal(entryId, laterOf(effectiveOn, effectiveOnOf(entry)));
  }
  return undefined;
}

/** Why something cannot be taken back, as facts of a suspension. */
export type InTheWay = { code: string } & Readonly<Record<string, string>>;

function sizeOf(entry: AccountEvent): Money {
  return movementsOf(entry).reduce((sum, { amount }) => sum.plus(amount), ZERO);
}

/** What reversals have taken from an entry itself. */
export function takenFrom(draft: Draft, entryId: string): Money {
  let taken = ZERO;
  for (const reversalId of draft.account.reversals.get(entryId) ?? []) {
    const reversal = draft.recorded(reversalId);
    if (reversal?.type !== 'EntryReversed') continue;
    for (const movement of reversal.data.movements) {
      if (movement.of === entryId) taken = taken.plus(money(movement.amount));
    }
  }
  return taken;
}
