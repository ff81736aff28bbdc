import type { Account, Charge } from '../../ledger/account.js';
import type { ClaimStatement, StatedLine } from '../../ledger/claim-statement.js';
import type { Candidate } from '../../ledger/remittance-events.js';
import { ledgerId } from '../../ledger-id.js';
import { centsOf } from '../remittance-advice/cents.js';
import { chargeCodesOf } from './charge-code.js';
import { type ChargeRank, TAKEN, rankOfCharges } from './charge-rank.js';
import { type ChargeSlot, type Standing, byGrade, slotOf, theOne } from './charge-slot.js';
import { chargeIdOfLine, claimIdOfCharges, saysNothing } from './charges-to-open.js';
import { cutLine } from './cut-line.js';
import {
  BUNDLED,
  type Evidence,
  LAST_WAYS,
  LAST_WAYS_RELEASED,
  type SeekingLine,
  WAYS_ELSEWHERE,
  WAYS_TO_NAMED,
  WAYS_TO_UNNAMED,
  WEAK_WAYS_TO_NAMED,
} from './line-evidence.js';
import { chargesOfWhole } from './match-whole-claim.js';
import { signOf } from './sign-of.js';
import type { MatchOptions, MatchedLine, UnmatchedLines } from './matched-line.js';

/** As many charges as a person can choose from. */
const CANDIDATES_MAX = 20;

/** One claim on its account while its lines look for their charges. */
export class LineMatching {
  readonly #seeking: SeekingLine[];
  /** Lines that have no charge yet, nor several to choose from. */
  #left: SeekingLine[];
  readonly #named: ChargeSlot[] = [];
  readonly #unnamed: ChargeSlot[] = [];
  readonly #elsewhere: ChargeSlot[] = [];
  readonly #chargesOf = new Map<StatedLine, MatchedLine[]>();
  readonly #ambiguous = new Map<StatedLine, ChargeSlot[]>();
  readonly #rankOf: (chargeId: string) => ChargeRank;
  readonly #released: boolean;
  readonly #leavesTaken: boolean;
  /** Whether charges of the account name the claim, taken or not. */
  #isKnown = false;

  constructor(
    private readonly account: Account,
    statement: ClaimStatement,
    { released = false, leavesTaken = false, original }: MatchOptions,
  ) {
    this.#released = released;
    this.#leavesTaken = leavesTaken;
    this.#rankOf = rankOfCharges(account, statement, original);
    const sign = signOf(statement);
    const speaking = statement.lines.filter((line) => !saysNothing(line));
    this.#seeking = speaking.map((line) => ({
      line,
      need: sign * centsOf(line.charge)!,
      codes: chargeCodesOf(line),
      ownChargeId: chargeIdOfLine(statement, line.line),
      controlIds: line.controlNumber ? [line.controlNumber, ledgerId(line.controlNumber)] : [],
    }));
    this.#left = this.#seeking;
    this.#findCharges(claimIdOfCharges(statement));
  }

  #findCharges(claimId: string): void {
    const { charges } = this.account;
    const encoded = ledgerId(claimId);
    const namingNone: [string, Charge][] = [];
    for (const entry of charges) {
      const [chargeId, charge] = entry;
      if (charge.claimId === '') namingNone.push(entry);
      else if (charge.claimId === claimId || charge.claimId === encoded) {
        this.#isKnown = true;
        this.#offer(this.#named, chargeId, charge, 'named');
      }
    }
    for (const [chargeId, charge] of this.#isKnown ? namingNone : charges) {
      if (this.#matters(chargeId, charge)) this.#offer(this.#unnamed, chargeId, charge, 'unnamed');
    }
    const here = new Set([...this.#named, ...this.#unnamed].map(({ chargeId }) => chargeId));
    for (const id of new Set(this.#seeking.flatMap(({ controlIds }) => controlIds))) {
      const charge = charges.get(id);
      if (charge && !here.has(id)) this.#offer(this.#elsewhere, id, charge, 'elsewhere');
    }
  }

  #offer(among: ChargeSlot[], chargeId: string, charge: Charge, standing: Standing): void {
    const rank = this.#rankOf(chargeId);
    if (this.#leavesTaken && rank === TAKEN) return;
    among.push(slotOf(chargeId, charge, standing, rank));
  }

  /** Whether anything could speak for a charge that does not name the claim: an account may have thousands. */
  #matters(chargeId: string, charge: Charge): boolean {
    return this.#seeking.some(
      ({ line, codes, ownChargeId, controlIds }) =>
        line.line === 0 ||
        line.serviceDate === charge.serviceDate ||
        chargeId === ownChargeId ||
        controlIds.includes(chargeId) ||
        codes.some(({ value }) => value === charge.code),
    );
  }

  /** A claim that has no lines. */
  matchWhole(): void {
    const [seeking] = this.#seeking;
    if (!seeking) return;
    const slots = this.#isKnown ? this.#named : this.#unnamed;
    const found = chargesOfWhole(seeking, slots, { known: this.#isKnown, released: this.#released });
    if ('ambiguous' in found) this.#ambiguous.set(seeking.line, found.ambiguous);
    else if (found.charges.length > 0) this.#cut(seeking, found.charges);
  }

  matchEach(): void {
    this.#matchBy(WAYS_TO_NAMED, this.#named);
    this.#bundle(this.#named);
    this.#matchBy(WAYS_TO_UNNAMED, this.#unnamed);
    this.#bundle(this.#unnamed);
    this.#matchBy(WAYS_ELSEWHERE, this.#elsewhere);
    this.#matchBy(WEAK_WAYS_TO_NAMED, this.#named);
    for (const way of this.#released ? LAST_WAYS_RELEASED : LAST_WAYS) {
      this.#matchBy([way], this.#named);
      this.#matchBy([way], this.#unnamed);
    }
  }

  #matchBy(ways: readonly Evidence[], among: readonly ChargeSlot[]): void {
    if (among.length === 0) return;
    for (const way of ways) {
      if (this.#left.length === 0) return;
      this.#matchWay(way, among);
    }
  }

  /** In the order of the lines; again as long as lines that found a charge leave one for another line. */
  #matchWay(way: Evidence, among: readonly ChargeSlot[]): void {
    let doubtful = new Map<SeekingLine, ChargeSlot[]>();
    for (let before = Infinity; this.#left.length < before;) {
      before = this.#left.length;
      doubtful = new Map();
      this.#left = this.#left.filter((seeking) => {
        const slots = among.filter((slot) => way(seeking, slot));
        const slot = theOne(slots);
        if (slot) this.#give(seeking, slot);
        else if (slots.length > 0) doubtful.set(seeking, slots);
        return slot === undefined;
      });
    }
    if (doubtful.size === 0) return;
    for (const [{ line }, slots] of doubtful) this.#ambiguous.set(line, slots);
    this.#left = this.#left.filter((seeking) => !doubtful.has(seeking));
  }

  #bundle(among: readonly ChargeSlot[]): void {
    for (const evidence of BUNDLED) {
      this.#left = this.#left.filter((seeking) => {
        const bundled = byGrade(among.filter((slot) => evidence(seeking, slot))).find(
          (slots) =>
            slots.length > 1 && slots.reduce((total, { amount }) => total + amount, 0) === seeking.need,
        );
        if (!bundled) return true;
        this.#cut(
          seeking,
          bundled.map((slot) => ({ slot, amount: slot.amount })),
        );
        return false;
      });
    }
  }

  #give(seeking: SeekingLine, slot: ChargeSlot): void {
    slot.room -= seeking.need;
    slot.touched = true;
    this.#chargesOf.set(seeking.line, [{ line: seeking.line, chargeId: slot.chargeId }]);
  }

  #cut({ line }: SeekingLine, charges: readonly { slot: ChargeSlot; amount: number }[]): void {
    const parts = cutLine(
      line,
      charges.map(({ amount }) => amount),
    );
    for (const { slot, amount } of charges) {
      slot.room -= amount;
      slot.touched = true;
    }
    this.#chargesOf.set(
      line,
      parts.map((part, i) => ({ line: part, chargeId: charges[i]!.slot.chargeId })),
    );
  }

  result(): { kind: 'matched'; lines: MatchedLine[] } | UnmatchedLines {
    const unmatched = this.#seeking.filter(({ line }) => !this.#chargesOf.has(line));
    const matched = this.#seeking.flatMap(({ line }) => this.#chargesOf.get(line) ?? []);
    if (unmatched.length === 0) return { kind: 'matched', lines: matched };
    const several = unmatched.filter(({ line }) => this.#ambiguous.has(line)).map(({ line }) => line);
    const none = unmatched.filter(({ line }) => !this.#ambiguous.has(line)).map(({ line }) => line);
    return {
      kind: 'suspended',
      reason: 'line_not_matched',
      facts: {
        ...(none.length > 0 && { linesWithoutCharge: numbersOf(none).join(', ') }),
        ...(several.length > 0 && { linesWithSeveralCharges: numbersOf(several).join(', ') }),
      },
      candidates: [
        ...several.map((line) =>
          this.#candidate(
            this.#ambiguous.get(line)!,
            `line ${line.line}: these charges differ, and each could be meant`,
          ),
        ),
        ...none.flatMap((line) => this.#nearest(line)),
      ],
      matched,
      missing: numbersOf(none),
      ambiguous: numbersOf(several),
    };
  }

  /** For a line that matches nothing: the charges that nothing was matched to, those of its date before the others. */
  #nearest(line: StatedLine): Candidate[] {
    const known = this.#isKnown;
    const free = (known ? this.#named : this.#unnamed).filter(({ touched }) => !touched);
    const onDate = free.filter(({ charge }) => charge.serviceDate === line.serviceDate);
    if (onDate.length > 0) {
      return [this.#candidate(onDate, `line ${line.line}: of its date, but not its procedure or amount`)];
    }
    const why = `line ${line.line}: ${known ? 'of the claim' : 'of the account'}, but of another date`;
    return free.length === 0 ? [] : [this.#candidate(free, why)];
  }

  #candidate(slots: readonly ChargeSlot[], why: string): Candidate {
    const chargeIds = slots.slice(0, CANDIDATES_MAX).map(({ chargeId }) => chargeId);
    return { accountId: this.account.accountId, chargeIds, why };
  }
}

function numbersOf(lines: readonly StatedLine[]): number[] {
  return lines.map(({ line }) => line);
}
