import type { StatedAdjustment } from '../../ledger/claim-statement.js';
import { type Cents, dollars } from '../remittance-advice/cents.js';
import type { Adjustment, Claim } from '../remittance-advice/model.js';

/** What a line is paid when the claim's own adjustments have been laid on the lines, and which fell to it. */
export interface LaidLine {
  paid: Cents;
  ofClaim: StatedAdjustment[];
}

/** A line while adjustments are laid on it; amounts count upwards, for a reversal too. */
interface Room {
  paid: Cents;
  /** What neither the line's payment nor its own adjustments explain; zero where the line balances. */
  unexplained: Cents;
  ofClaim: StatedAdjustment[];
}

/**
 * Lays the adjustments that stand with a claim on its lines, so that each line still balances and the lines come to what
 * the claim was paid. Each adjustment fills first what a line leaves unexplained (payers write SVC03 less the claim's
 * adjustments, too), then lowers what the lines were paid, each down to zero.
 *
 * What the payer explains itself fills the lines from the first one, the patient's part (PR) from the last one: what one
 * payer leaves over then stands on the lines that the next payer, which explains the rest (CARC 23), answers for. A
 * negative one goes on the first line; what finds no room goes on the last.
 *
 * @param sign of the claim, see `signOf`
 * @returns one for each line, in their order
 */
export function layClaimAdjustments(claim: Claim, sign: 1 | -1): LaidLine[] {
  const rooms = claim.lines.map((line): Room => {
    const explained = line.adjustments.reduce((sum, { amount }) => sum + amount, 0);
    return { paid: sign * line.paid, unexplained: sign * (line.charge - explained - line.paid), ofClaim: [] };
  });
  const stated = claim.adjustments.filter(({ amount }) => amount !== 0);
  const negative = stated.filter(({ amount }) => sign * amount < 0);
  const positive = stated.filter(({ amount }) => sign * amount > 0);
  for (const adjustment of negative) lay(adjustment, [rooms[0]!], sign);
  for (const adjustment of positive.filter(({ group }) => group !== 'PR')) lay(adjustment, rooms, sign);
  const fromTheLast = [...rooms].reverse();
  for (const adjustment of positive.filter(({ group }) => group === 'PR')) lay(adjustment, fromTheLast, sign);
  return rooms.map(({ paid, ofClaim }) => ({ paid: paid === 0 ? 0 : sign * paid, ofClaim }));

  function lay({ group, reason, amount }: Adjustment, on: readonly Room[], sign: 1 | -1): void {
    let left = sign * amount;
    const parts = new Map<Room, Cents>();
    const put = (room: Room, part: Cents) => {
      parts.set(room, (parts.get(room) ?? 0) + part);
      left -= part;
    };
    if (left > 0) {
      for (const room of on) {
        const part = Math.min(left, Math.max(room.unexplained, 0));
        if (part > 0) put(room, part);
        room.unexplained -= part;
      }
      for (const room of on) {
        const part = Math.min(left, Math.max(room.paid, 0));
        if (part > 0) put(room, part);
        room.paid -= part;
      }
    }
    if (left !== 0) {
      const room = left < 0 ? rooms[0]! : rooms.at(-1)!;
      room.paid -= left;
      put(room, left);
    }
    for (const [room, part] of parts) {
      room.ofClaim.push({ group, reason, amount: dollars(sign * part), ofClaim: true });
    }
  }
}
