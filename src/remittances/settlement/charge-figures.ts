import type { StatedLine } from '../../ledger/claim-statement.js';
import type { AdjustmentCategory } from '../../ledger/events.js';
import { type Money, ZERO, money } from '../../ledger/money.js';
import type { MatchedLine } from './match-lines.js';
import { effectOf } from './reason-codes.js';

/** Codes of an adjustment with the line that it stands on. */
interface Codes {
  groupCode: string;
  reasonCode: string;
  line: StatedLine;
}

/** All of one group and reason on one charge; negative where it raises what is owed. */
export interface WriteOff extends Codes {
  category: AdjustmentCategory;
  amount: Money;
}

/** A part that the payer makes the next party's; negative where it takes one back. */
export interface StatedTransfer extends Codes {
  amount: Money;
}

export interface StatedDenial extends Codes {
  amount: string;
}

/** What a remittance says of one charge. */
export interface ChargeFigures {
  chargeId: string;
  /**
   * What this payer answers for: the stated charge less what earlier payers did (CARC 23) and less what it calls sent
   * twice. It is paid, written off, denied, or the next party's.
   */
  answersFor: Money;
  /** What earlier payers did, by what this one says. */
  prior: Money;
  paid: Money;
  /** Refused: stays open on the payer's share. */
  denied: Money;
  /** What is the next party's in all. */
  responsibility: Money;
  transfers: StatedTransfer[];
  writeOffs: WriteOff[];
  denials: StatedDenial[];
  /** A line to refer to for what is of the charge as a whole. */
  line: StatedLine;
}

/** Adds up the lines of each charge, in the order in which the charges first come. */
export function figuresOf(lines: readonly MatchedLine[]): Map<string, ChargeFigures> {
  const figures = new Map<string, ChargeFigures>();
  for (const { chargeId, line } of lines) {
    let of = figures.get(chargeId);
    if (!of) figures.set(chargeId, (of = nothingOf(chargeId, line)));
    of.answersFor = of.answersFor.plus(line.charge);
    of.paid = of.paid.plus(line.paid);
    for (const stated of line.adjustments) add(of, line, stated);
  }
  return figures;
}

function nothingOf(chargeId: string, line: StatedLine): ChargeFigures {
  return {
    chargeId,
    answersFor: ZERO,
    prior: ZERO,
    paid: ZERO,
    denied: ZERO,
    responsibility: ZERO,
    transfers: [],
    writeOffs: [],
    denials: [],
    line,
  };
}

function add(of: ChargeFigures, line: StatedLine, stated: StatedLine['adjustments'][number]): void {
  const amount = money(stated.amount);
  if (amount.isZero()) return;
  const codes: Codes = { groupCode: stated.group, reasonCode: stated.reason, line };
  const effect = effectOf(stated, line.paid);
  switch (effect.kind) {
    case 'prior_payer':
      of.prior = of.prior.plus(amount);
      of.answersFor = of.answersFor.minus(amount);
      return;
    case 'duplicate':
      of.answersFor = of.answersFor.minus(amount);
      return;
    case 'denial':
      of.denied = of.denied.plus(amount);
      of.denials.push({ ...codes, amount: stated.amount });
      return;
    case 'transfer':
      of.responsibility = of.responsibility.plus(amount);
      of.transfers.push({ ...codes, amount });
      if (effect.isDenial) of.denials.push({ ...codes, amount: stated.amount });
      return;
    case 'write_off': {
      const same = of.writeOffs.find((w) => w.groupCode === stated.group && w.reasonCode === stated.reason);
      if (same) same.amount = same.amount.plus(amount);
      else of.writeOffs.push({ ...codes, category: effect.category, amount });
      return;
    }
  }
}

/** Whether nothing of it moves money or is to be recorded: all of it was sent before, or is what others did. */
export function movesNothing(figures: Iterable<ChargeFigures>): boolean {
  for (const { paid, denials, transfers, writeOffs } of figures) {
    if (!paid.isZero() || denials.length > 0 || transfers.length > 0) return false;
    if (writeOffs.some(({ amount }) => !amount.isZero())) return false;
  }
  return true;
}
