import { laterOf } from '../../ledger/calendar.js';
import type { Draft } from '../../ledger/draft.js';
import { type HeldPart, effectiveOnOf } from '../../ledger/events.js';
import { type Money, ZERO, money, sumOf } from '../../ledger/money.js';
import type { Party } from '../../ledger/party.js';
import { leftByShare } from '../../ledger/rules/reverse-entry.js';
import { type Adjudication, standingLines } from './adjudications.js';
import { amountWriter } from './amount-text.js';
import { type ChargeFigures, figuresOf } from './charge-figures.js';
import type { EntryWriter, PartOfEntry } from './entries-of-settlement.js';
import type { MatchedLine } from './match-lines.js';
import { atLeastNothing, lesser } from './share-book.js';
import type { InTheWay } from './take-back.js';

/** What is left of an entry on one share. */
interface LeftOnShare {
  chargeId: string;
  party: Party;
  left: Money;
}

/**
 * Writes the reversals of what was posted for lines of an adjudication, and of nothing else: of its payment as much as
 * the lines were paid, from their charges first, then from what was left unapplied for them, whether it is held or was
 * given up; of their charges all adjustments and transfers. Charges and denials stay, as they do when a claim is taken
 * back as a whole.
 *
 * @param released a person said so: of the payment, only what nobody took back before
 * @returns what is held of the adjudication then; or what is in the way:
 *
 * | code | |
 * |---|---|
 * | `charge_has_other_lines` | another line of the adjudication is about the same charge and stands: who owes what of the charge was settled for all of its lines together |
 * | `entry_already_reversed` | somebody took back what the lines were paid, which may have been just this; or an entry cannot be read |
 * | `payment_not_there` | the lines were paid more than is left on their charges, and unapplied: somebody applied or refunded it |
 */
export function writeTakeBackOfLines(
  draft: Draft,
  original: Adjudication,
  lines: readonly number[],
  effectiveOn: string,
  writer: EntryWriter,
  released: boolean,
): { held: HeldPart[] } | InTheWay {
  const standing = standingLines(original).flatMap(({ chargeId, ...line }): MatchedLine[] =>
    chargeId === undefined ? [] : [{ line, chargeId }],
  );
  const taken = figuresOf(standing.filter(({ line }) => lines.includes(line.line)));
  const shared = standing.find(({ line, chargeId }) => !lines.includes(line.line) && taken.has(chargeId));
  if (shared) return { code: 'charge_has_other_lines', chargeId: shared.chargeId };

  const held = original.held.filter(({ chargeId }) => chargeId === undefined || !taken.has(chargeId));
  for (const entryId of original.claim.entries.toReversed()) {
    const type = draft.account.entries.get(entryId)?.type;
    if (type !== 'PaymentPosted' && type !== 'AdjustmentPosted' && type !== 'ResponsibilityTransferred')
      continue;
    const entry = draft.recorded(entryId);
    if (!entry) return { code: 'entry_already_reversed', entryId };
    const left = leftByShare(draft.account, entry, (id) => draft.recorded(id));
    const theirs = left.filter(({ chargeId }) => taken.has(chargeId));
    const countsOn = laterOf(effectiveOn, effectiveOnOf(entry));
    if (type === 'PaymentPosted') {
      const before = takenByHand(draft, entryId, taken);
      if (before.size > 0 && !released) return { code: 'entry_already_reversed', entryId };
      const unapplied = unappliedFor(draft, entryId, held);
      const part = partOfPayment(theirs, taken.values(), before, unapplied);
      if (!part) {
        const available = sumOf(theirs.map((share) => share.left)).plus(unapplied);
        const write = amountWriter(draft.account.currency);
        return { code: 'payment_not_there', entryId, available: write(available) };
      }
      if (part.shares.length > 0 || part.unapplied.greaterThan(0)) writer.reversal(entryId, countsOn, part);
    } else if (theirs.length > 0) {
      const shares = theirs.map((share) => ({ ...share, amount: share.left }));
      writer.reversal(entryId, countsOn, theirs.length < left.length ? { shares } : undefined);
    }
  }
  return { held };
}

/** What of a payment is unapplied beside what is held of it for others. */
function unappliedFor(draft: Draft, paymentId: string, others: readonly HeldPart[]): Money {
  const reserved = sumOf(others.filter(({ kind }) => kind === 'payment').map(({ amount }) => money(amount)));
  return atLeastNothing((draft.account.credits.get(paymentId)?.unapplied ?? ZERO).minus(reserved));
}

/**
 * What reversals of a payment took from charges of which no line was taken back: so people took it, and it is not with the
 * payment any more. Credit that was applied, of which only the application was reversed, is: it is unapplied again.
 */
function takenByHand(
  draft: Draft,
  paymentId: string,
  charges: ReadonlyMap<string, unknown>,
): Map<string, Money> {
  const before = new Map<string, Money>();
  for (const reversalId of draft.account.reversals.get(paymentId) ?? []) {
    const reversal = draft.recorded(reversalId);
    if (reversal?.type !== 'EntryReversed' || reversal.data.reverses !== paymentId) continue;
    for (const { debit, amount } of reversal.data.movements) {
      if (!('chargeId' in debit) || !charges.has(debit.chargeId)) continue;
      before.set(debit.chargeId, (before.get(debit.chargeId) ?? ZERO).plus(amount));
    }
  }
  return before;
}

/** As much of a payment as charges were paid; undefined where that is not there, or less than nothing. */
function partOfPayment(
  left: readonly LeftOnShare[],
  taken: Iterable<ChargeFigures>,
  before: ReadonlyMap<string, Money>,
  available: Money,
): Required<PartOfEntry> | undefined {
  const shares: { chargeId: string; party: Party; amount: Money }[] = [];
  let unapplied = ZERO;
  for (const { chargeId, paid } of taken) {
    if (paid.isNegative()) return undefined;
    let wanted = atLeastNothing(paid.minus(before.get(chargeId) ?? ZERO));
    for (const share of left.filter((each) => each.chargeId === chargeId)) {
      const amount = lesser(wanted, share.left);
      if (!amount.greaterThan(0)) continue;
      shares.push({ chargeId, party: share.party, amount });
      wanted = wanted.minus(amount);
    }
    unapplied = unapplied.plus(wanted);
  }
  return unapplied.greaterThan(available) ? undefined : { shares, unapplied };
}
