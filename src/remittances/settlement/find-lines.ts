import type { StatedAdjustment, StatedLine } from '../../ledger/claim-statement.js';
import type { Draft } from '../../ledger/draft.js';
import { isZero, negated } from '../../ledger/add-amounts.js';
import { money, sumOf } from '../../ledger/money.js';
import { type Adjudication, adjudicationIn, standingLines } from './adjudications.js';
import { sameModifiers } from './charge-code.js';
import { saysNothing } from './charges-to-open.js';
import { isCounter } from './control-number.js';
import { comesToNothing, namedOriginals } from './find-original.js';
import type { MatchedLine } from './matched-line.js';
import { namingOf } from './same-claim.js';
import type { TakenBack } from './take-back.js';

/** A reversal that may be of single lines. */
type Reversal = Parameters<typeof namedOriginals>[1] & {
  paid: string;
  lines: readonly (StatedLine & { chargeId?: string | undefined })[];
};

/** What a reversal takes back line by line, or the numbers of its lines for which there is nothing. */
export type FoundLines = { parts: TakenBack[]; lines: MatchedLine[] } | { notFound: number[] };

/** A line of an adjudication; where it was cut, its parts, each with its charge. */
interface LineOfOriginal {
  original: Adjudication;
  number: number;
  parts: StandingLine[];
}

type StandingLine = Adjudication['data']['lines'][number];

/** 3: group and reason of every adjustment are negated; 2: the reasons are; 1: the reversal does not say them; 0: no. */
type Likeness = 0 | 1 | 2 | 3;

/**
 * Finds the lines that a reversal takes back: each of its lines is the exact negation, in charge, payment and every
 * adjustment, of a line of an adjudication that it names and that stands. The line is told by its control number
 * (REF*6R); else by procedure, modifiers and date. Whoever says one control number is not of another, unless it only
 * counts lines. A line is taken back once. Of several that are alike, the one that was posted last is meant, of a claim
 * that is named by number before one named by REF*F8.
 *
 * All of its lines have to be found, since it is posted as a whole or not at all, and they have to come to what it says
 * that is taken back (CLP04): an adjustment that stands with the claim and finds no line is for a person, as is a part of
 * a line.
 */
export function findLines(draft: Draft, reversal: Reversal): FoundLines {
  const speaking = reversal.lines.filter((line) => !saysNothing(line));
  const paid = sumOf(speaking.map((line) => money(line.paid)));
  const all = speaking.map(({ line }) => line);
  if (speaking.length === 0 || !paid.equals(reversal.paid)) return { notFound: all };

  const left = originalLines(draft, reversal);
  const found = new Map<number, LineOfOriginal>();
  for (const isTold of [byControlNumber, byService]) {
    for (const line of speaking) {
      if (found.has(line.line)) continue;
      const best = bestOf(left, line, isTold);
      if (!best) continue;
      left.splice(left.indexOf(best), 1);
      found.set(line.line, best);
    }
  }
  if (found.size < speaking.length) return { notFound: all.filter((number) => !found.has(number)) };
  return {
    parts: byAdjudication([...found.values()]),
    lines: speaking.flatMap((line) => matched(line, found.get(line.line)!)),
  };
}

/** The lines that may be meant, the likeliest first; of adjudications whose lines come to what they were paid. */
function originalLines(draft: Draft, reversal: Reversal): LineOfOriginal[] {
  const originals = namedOriginals(draft.account, reversal)
    .toReversed()
    .map((id) => adjudicationIn(draft, id))
    .filter((original) => original !== undefined)
    .filter(({ data }) => sumOf(data.lines.map(({ paid }) => money(paid))).equals(data.paid))
    .sort((a, b) => namingOf(b.data, reversal) - namingOf(a.data, reversal));
  return originals.flatMap((original) => {
    const byNumber = Map.groupBy(standingLines(original), ({ line }) => line);
    return Array.from(byNumber, ([number, parts]) => ({ original, number, parts }));
  });
}

type Told = (line: StatedLine, of: StandingLine) => boolean;

function bestOf(
  among: readonly LineOfOriginal[],
  line: StatedLine,
  isTold: Told,
): LineOfOriginal | undefined {
  let best: { of: LineOfOriginal; likeness: Likeness } | undefined;
  for (const of of among) {
    const [first] = of.parts;
    if (!first || first.chargeId === undefined || !isTold(line, first)) continue;
    const likeness = likenessOf(of.parts, line);
    if (likeness > (best?.likeness ?? 0)) best = { of, likeness };
  }
  return best?.of;
}

const byControlNumber: Told = ({ controlNumber }, of) =>
  controlNumber !== undefined && !isCounter(controlNumber) && controlNumber === of.controlNumber;

const byService: Told = (line, of) => {
  const { controlNumber, serviceDate, procedure } = line;
  const isOther =
    controlNumber !== undefined &&
    of.controlNumber !== undefined &&
    controlNumber !== of.controlNumber &&
    !isCounter(controlNumber) &&
    !isCounter(of.controlNumber);
  if (isOther || serviceDate !== of.serviceDate) return false;
  return (
    procedure.qualifier === of.procedure.qualifier &&
    procedure.code === of.procedure.code &&
    sameModifiers(procedure.modifiers, of.procedure.modifiers)
  );
};

function likenessOf(parts: readonly StandingLine[], line: StatedLine): Likeness {
  const negates = (amount: (of: StatedLine) => string): boolean =>
    sumOf([...parts, line].map((each) => money(amount(each)))).isZero();
  if (!negates(({ charge }) => charge) || !negates(({ paid }) => paid)) return 0;
  const adjustments = [...parts, line].flatMap((each) => each.adjustments);
  if (cancel(adjustments, ({ group, reason }) => `${group} ${reason}`)) return 3;
  // Guides before 5010 have the group CR for all of it.
  if (cancel(adjustments, ({ reason }) => reason)) return 2;
  const explained = sumOf(line.adjustments.map(({ amount }) => money(amount)));
  return explained.plus(line.paid).equals(line.charge) ? 0 : 1;
}

function cancel(adjustments: readonly StatedAdjustment[], keyOf: (of: StatedAdjustment) => string): boolean {
  return comesToNothing(adjustments.map((each) => [keyOf(each), each.amount]));
}

function byAdjudication(found: readonly LineOfOriginal[]): TakenBack[] {
  const byId = Map.groupBy(found, ({ original }) => original.id);
  return Array.from(byId.values(), (lines) => ({
    original: lines[0]!.original,
    lines: lines.map(({ number }) => number).sort((a, b) => a - b),
  }));
}

/** A line of the reversal with the charge of what it takes back; cut as that was. */
function matched(line: StatedLine, { parts }: LineOfOriginal): MatchedLine[] {
  const [only, ...others] = parts;
  if (only?.chargeId !== undefined && others.length === 0) return [{ line, chargeId: only.chargeId }];
  return parts.flatMap(({ chargeId, charge, paid, adjustments }): MatchedLine[] => {
    if (chargeId === undefined) return [];
    const negated = adjustments.map((each) => ({ ...each, amount: negative(each.amount) }));
    const part = { ...line, charge: negative(charge), paid: negative(paid), adjustments: negated };
    return [{ line: part, chargeId }];
  });
}

/** The amount the other way, written with as many digits. */
function negative(amount: string): string {
  return isZero(amount) ? amount : negated(amount);
}
