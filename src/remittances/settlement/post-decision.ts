import type { ClaimStatement } from '../../ledger/claim-statement.js';
import type { Draft } from '../../ledger/draft.js';
import { money } from '../../ledger/money.js';
import type { Rejection } from '../../ledger/rejection.js';
import { adjudicationIdOf } from '../../ledger/adjudication-id.js';
import {
  type Adjudication,
  adjudicationIn,
  chargesDecidedOtherwise,
  decidedLater,
  hasDecided,
  isAlone,
} from './adjudications.js';
import { amountWriter } from './amount-text.js';
import { figuresOf } from './charge-figures.js';
import type { ClaimOutcome } from './claim-outcome.js';
import { joinLines } from './cut-line.js';
import { EntryWriter, remarksWith } from './entries-of-settlement.js';
import { reversalOf, waitingReversals } from './find-original.js';
import { findTakenBack } from './find-taken-back.js';
import { goOnWith } from './go-on.js';
import { holdWriteOffs } from './hold-write-offs.js';
import type { MatchedLine } from './match-lines.js';
import { decidingParty } from './next-party.js';
import { factsOf, posted, suspended } from './outcome-of.js';
import { positionOf } from './position-of.js';
import { takeBackFor } from './post-reversal.js';
import { recordOf, refOf } from './record-of.js';
import { type Decision, allOf, decisionOf, heldParts, settle } from './settle.js';

/**
 * Posts what a payer decided on a claim: what it paid, wrote off, left to others and refused. Payers after it that decided
 * before can go on then; and reversals that waited for just this, or for the last of their lines, are carried out.
 */
export function postDecision(
  draft: Draft,
  accountId: string,
  statement: ClaimStatement,
  lines: readonly MatchedLine[],
  released: boolean,
): ClaimOutcome {
  const { account } = draft;
  const { claimId, payerId, effectiveOn } = statement;
  const adjudicationId = adjudicationIdOf(statement.remittanceId, statement.claim);
  const figures = figuresOf(lines);
  const stated = {
    payerId,
    position: positionOf(statement.status),
    repeatsEarlier: [...figures.values()].some(({ prior }) => prior.greaterThan(0)),
  };
  const party = decidingParty(account, stated, figures.keys());
  const { position } = party;
  const decision: Decision = { party, figures };
  const laterIds = [...decidedLater(account, claimId, position)];
  const stillHeld = holdWriteOffs(draft, laterIds, position, {
    because: 'earlier_payer_posted',
    effectiveOn,
  });
  if (stillHeld) return suspended(draft, 'refused', factsOf(stillHeld));
  const paid = money(statement.paid);
  const settlement = settle(account, decision, allOf(paid), {
    isFirst: true,
    decidedOtherwise: chargesDecidedOtherwise(account, adjudicationId, { payerId, position }),
    released,
    crossoverPayerId: statement.crossoverPayerId,
    isAlone: isAlone(account, claimId, position),
    secondaryDecided: hasDecided(account, claimId, 'secondary'),
    leavesWriteOffs: false,
    later: laterIds
      .map((id) => adjudicationIn(draft, id))
      .filter((other) => other !== undefined)
      .map((other) => decisionOf(account, other)),
  });

  const remittance = refOf(statement);
  const write = amountWriter(account.currency);
  const writer = new EntryWriter({
    accountId,
    adjudicationId,
    entriesBefore: 0,
    effectiveOn,
    remittance,
    write,
  });
  const remarks = remarksWith(statement.remarkCodes);
  const reference = statement.trace?.number ?? '';
  const pay = (): void => {
    if (paid.greaterThan(0)) {
      writer.payment(decision, settlement, paid, { method: statement.method, reference });
    }
  };
  writer.settlement(decision, settlement, pay, remarks);
  writer.denial(figures.values(), party.payerId, claimId, remarks);

  const held = heldParts(settlement, remittance, write);
  let unstated = paid;
  for (const { moves } of settlement) unstated = unstated.minus(moves.payment).minus(moves.held.payment);
  if (unstated.greaterThan(0)) held.push({ kind: 'payment', amount: write(unstated), remittance });

  const record = recordOf(accountId, statement, lines, {
    settlement: 'posted',
    position,
    entries: writer.ids,
    held,
  });
  const rejected = draft.carryOutAll([record, ...writer.commands]);
  if (rejected) return suspended(draft, 'refused', factsOf(rejected));
  const stuck =
    goOnWith(draft, laterIds, { because: 'earlier_payer_posted', effectiveOn }) ??
    carryOutWaiting(draft, adjudicationIn(draft, adjudicationId));
  if (stuck) return suspended(draft, 'refused', factsOf(stuck));
  return posted(draft, {
    accountId,
    adjudicationId,
    held: adjudicationIn(draft, adjudicationId)?.held ?? [],
    isNew: true,
  });
}

/**
 * Takes back what was just posted, where a reversal of it came before; then, one after the other, the lines of reversals
 * that have found all of them now.
 */
function carryOutWaiting(draft: Draft, original: Adjudication | undefined): Rejection | undefined {
  if (!original) return undefined;
  const waiting = waitingReversals(draft.account, original.claim);
  const whole = reversalOf(draft, waiting, original);
  const stuck = whole && takeBackFor(draft, whole, [{ original }]);
  if (stuck) return stuck;
  for (const id of waiting) {
    const reversal = adjudicationIn(draft, id);
    if (reversal?.claim.settlement !== 'waits_for_original') continue;
    const found = findTakenBack(draft, { ...reversal.data, lines: joinLines(reversal.data.lines) });
    const rejected = 'parts' in found ? takeBackFor(draft, reversal, found.parts) : undefined;
    if (rejected) return rejected;
  }
  return undefined;
}
