import { isPredetermination } from '../../ledger/claim-status.js';
import type { Facts } from '../../x12/finding.js';
import type { Segment } from '../../x12/segment.js';
import { type Balance, claimBalance, lineBalance, linesBalance } from './balance.js';
import { dollars } from './cents.js';
import { readAdjudication, readCas, readClp, readNm1, readPer, readSvc } from './claim-segments.js';
import { ADVICE_FINDINGS, type AdviceCode } from './findings.js';
import { type AdviceFinding, type Claim, type ClaimGroup, type ServiceLine } from './model.js';
import { ValueReader } from './value-reader.js';

/** Builds one claim from its segments, and checks it when it is whole. */
export class ClaimReader {
  readonly #number: number;
  readonly #findings: AdviceFinding[] = [];
  readonly #values: ValueReader;
  readonly #claim: Claim;
  #line: ServiceLine | undefined;

  /** The line under way, for findings: there is one before the line itself has been read. */
  #lineNumber: number | undefined;

  /**
   * @param clp the segment that begins the claim
   * @param number of the claim within its ST, from 1
   */
  constructor(clp: Segment, number: number, group: ClaimGroup | undefined) {
    this.#number = number;
    this.#values = new ValueReader(this.#find);
    this.#claim = readClp(clp, number, group, this.#findings, this.#values, this.#find);
  }

  /** An SVC: a line begins. */
  beginLine(svc: Segment): void {
    const claim = this.#claim;
    this.#lineNumber = claim.lines.length + 1;
    claim.lastSegment = svc.number;
    this.#line = readSvc(svc, this.#lineNumber, this.#values, this.#find);
    claim.lines.push(this.#line);
  }

  /** A segment of loop 2100, or of the line under way (2110). */
  take(segment: Segment): void {
    const claim = this.#claim;
    const line = this.#line;
    claim.lastSegment = segment.number;
    if (line) line.lastSegment = segment.number;
    const about = line ?? claim;
    switch (segment.tag) {
      case 'CAS':
        readCas(segment, about.adjustments, this.#values, this.#find);
        break;
      case 'REF':
        this.#takeRef(segment, about);
        break;
      case 'DTM': {
        const date = this.#values.date(segment, 2);
        if (date !== undefined) about.dates.push({ qualifier: segment.value(1), date });
        break;
      }
      case 'AMT': {
        const amount = this.#values.information(segment, 2);
        if (amount !== undefined) about.amounts.push({ qualifier: segment.value(1), amount });
        break;
      }
      case 'QTY': {
        const quantity = this.#values.quantity(segment, 2);
        if (quantity !== undefined) about.quantities.push({ qualifier: segment.value(1), quantity });
        break;
      }
      case 'LQ':
        line?.remarks.push({ list: segment.value(1), code: segment.value(2) });
        break;
      case 'NM1':
        readNm1(segment, claim);
        break;
      case 'MIA':
      case 'MOA':
        claim.adjudications.push(readAdjudication(segment, segment.tag));
        break;
      case 'PER':
        claim.contacts.push(readPer(segment));
        break;
    }
  }

  /** Says that the claim is whole: checks its balance, line by line and altogether, and gives it. */
  end(): Claim {
    const claim = this.#claim;
    if (isPredetermination(claim)) return claim;
    for (const line of claim.lines) {
      this.#lineNumber = line.number;
      this.#compare('line_does_not_balance', line, lineBalance(line));
    }
    this.#lineNumber = undefined;
    this.#compare('claim_does_not_balance', claim, claimBalance(claim));
    if (claim.lines.length > 0) this.#compare('lines_do_not_sum_to_claim', claim, linesBalance(claim));
    return claim;
  }

  #takeRef(segment: Segment, about: ServiceLine | Claim): void {
    const qualifier = segment.value(1);
    const value = segment.value(2);
    about.references.push({ qualifier, value });
    if (this.#line && qualifier === '6R') this.#line.controlNumber ??= value;
    if (!this.#line && qualifier === 'F8' && value !== '') this.#claim.originalClaimNumber ??= value;
  }

  #compare(code: AdviceCode, at: { segment: number; position: number }, balance: Balance): void {
    if (balance.difference === 0n) return;
    this.#found(code, at.segment, at.position, {
      computed: dollars(balance.computed),
      stated: dollars(balance.stated),
      difference: dollars(balance.difference),
    });
  }

  readonly #find = (code: AdviceCode, segment: Segment, facts: Facts = {}): void =>
    this.#found(code, segment.number, segment.position, facts);

  #found(code: AdviceCode, segment: number, position: number, facts: Facts): void {
    this.#findings.push({
      code,
      severity: ADVICE_FINDINGS[code].severity,
      segment,
      position,
      facts,
      claim: this.#number,
      ...(this.#lineNumber !== undefined && { line: this.#lineNumber }),
    });
  }
}
