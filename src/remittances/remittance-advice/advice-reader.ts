import { isPredetermination } from '../../ledger/claim-status.js';
import type { Transaction } from '../../x12/envelope.js';
import { type Facts, digitsOnly } from '../../x12/finding.js';
import { LoopWalker, type Place } from '../../x12/loops.js';
import type { Segment } from '../../x12/segment.js';
import { transactionBalance } from './balance.js';
import { Total, dollars } from './cents.js';
import { ClaimReader } from './claim-reader.js';
import { readPer } from './claim-segments.js';
import type { ContentHash } from './content-hash.js';
import { ADVICE_FINDINGS, type AdviceCode } from './findings.js';
import { ADVICE_LOOPS, type AdviceLoop } from './loops.js';
import {
  type AdviceFinding,
  type AdviceHeader,
  type AdviceItem,
  type Claim,
  type ClaimGroup,
  type Party,
} from './model.js';
import { ValueReader } from './value-reader.js';

/** A claim has at most 999 lines; what is far beyond that is no claim, and memory stays bounded. */
export const SEGMENTS_HELD = 100_000;

/** What stands alone in the header of an ST: anywhere behind it, it is out of place and ends nothing. */
const HEADER_ONLY: ReadonlySet<string> = new Set(['BPR', 'NTE', 'TRN', 'CUR']);

/** Findings kept of one ST; a file in which everything is wrong need not be held to say so. */
export const FINDINGS_HELD = 1000;

/** Reads one ST, segment by segment; holds its header, its sums and one claim. */
export class AdviceReader {
  readonly #findings: AdviceFinding[] = [];
  readonly #loops = new LoopWalker(ADVICE_LOOPS);
  readonly #header: AdviceHeader;
  readonly #values: ValueReader;
  readonly #claimed = new Total();
  readonly #adjusted = new Total();
  #begun = false;
  #party: Party | undefined;
  #group: ClaimGroup | undefined;
  #claim: ClaimReader | undefined;
  #claims = 0;
  #providerAdjustments = 0;
  /** Segments of the header or the claim under way. */
  #held = 0;

  /**
   * @param hash takes the content of the ST, which the caller feeds to it
   * @param give takes what was read, in the order of the file
   */
  constructor(
    transaction: Transaction,
    readonly hash: ContentHash,
    private readonly give: (item: AdviceItem) => void,
  ) {
    const { interchange, controlNumber, version, segment, position } = transaction;
    this.#values = new ValueReader(this.#find);
    this.#header = { interchange, controlNumber, version, segment, position, references: [], dates: [] };
    if (interchange?.test) this.#found('test_interchange', segment, position, {});
  }

  /** The next segment between ST and SE. */
  take(segment: Segment): void {
    const strays = this.#begun && HEADER_ONLY.has(segment.tag);
    const place = strays ? 'misplaced' : this.#loops.take(segment);
    if (place === 'unknown') this.#find('segment_unknown', segment, tagFact(segment));
    else if (place === 'misplaced') this.#findMisplaced(segment);
    else if (this.#fits(place, segment)) this.#takeAt(place, segment);
  }

  /** Keeps a finding about the ST as a whole. */
  keep(finding: AdviceFinding): void {
    if (this.#findings.length < FINDINGS_HELD) {
      this.#findings.push(finding);
    } else if (this.#findings.length === FINDINGS_HELD) {
      const code = 'too_many_findings';
      const { severity } = ADVICE_FINDINGS[code];
      this.#findings.push({ ...finding, code, severity, facts: { limit: FINDINGS_HELD } });
    }
  }

  /** The ST is over, by its SE or because the file says no more. */
  end(segment: number): void {
    this.#endClaim();
    this.#begin();
    const { payment } = this.#header;
    const signed = payment ? (payment.direction === 'debit' ? -payment.amount : payment.amount) : 0;
    const balance = transactionBalance(signed, this.#claimed.cents, this.#adjusted.cents);
    const totals = {
      claims: dollars(this.#claimed.cents),
      providerAdjustments: dollars(this.#adjusted.cents),
      payment: dollars(signed),
    };
    if (balance.difference !== 0n) {
      this.#foundHere('transaction_does_not_balance', {
        ...totals,
        computed: dollars(balance.computed),
        difference: dollars(balance.difference),
      });
    }
    this.give({
      kind: 'end',
      end: {
        segment,
        claims: this.#claims,
        providerAdjustments: this.#providerAdjustments,
        totals,
        contentHash: this.hash.digest('hex'),
        findings: this.#findings,
      },
    });
  }

  /** Whether there is room for a segment; a claim and a PLB make room, since what stands before them is handed over. */
  #fits({ loop, begins }: Place<AdviceLoop>, segment: Segment): boolean {
    if ((loop === '2100' && begins) || loop === '2000' || segment.tag === 'PLB') this.#held = 0;
    this.#held += 1;
    if (this.#held === SEGMENTS_HELD + 1) this.#find('too_many_segments', segment, { limit: SEGMENTS_HELD });
    return this.#held <= SEGMENTS_HELD;
  }

  #takeAt({ loop, begins }: Place<AdviceLoop>, segment: Segment): void {
    switch (loop) {
      case '2110':
        if (begins) this.#claim!.beginLine(segment);
        else this.#claim!.take(segment);
        return;
      case '2100':
        if (begins) this.#beginClaim(segment);
        else this.#claim!.take(segment);
        return;
      case '2000':
        this.#takeGroup(segment, begins);
        return;
      case '1000A':
      case '1000B':
        this.#takeParty(segment, loop, begins);
        return;
      case 'whole':
        this.#takeWhole(segment);
        return;
    }
  }

  #beginClaim(clp: Segment): void {
    this.#endClaim();
    this.#begin();
    this.#claims += 1;
    this.#claim = new ClaimReader(clp, this.#claims, this.#group);
  }

  #endClaim(): void {
    if (!this.#claim) return;
    const claim: Claim = this.#claim.end();
    this.#claim = undefined;
    if (!isPredetermination(claim)) this.#claimed.add(claim.paid);
    this.give({ kind: 'claim', claim });
  }

  /** Hands the header over once, when the first thing comes that stands after it. */
  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { payment, trace, payer, payee } = this.#header;
    if (!payment) this.#foundHere('payment_missing');
    if (!trace) this.#foundHere('trace_missing');
    if (!payer) this.#foundHere('payer_missing');
    if (!payee) this.#foundHere('payee_missing');
    this.give({ kind: 'begin', header: this.#header });
  }

  #takeWhole(segment: Segment): void {
    this.#endClaim();
    if (segment.tag === 'PLB') {
      this.#begin();
      this.#takePlb(segment);
    } else if (this.#begun) {
      this.#findMisplaced(segment);
    } else {
      this.#takeHeader(segment);
    }
  }

  #takeHeader(segment: Segment): void {
    const header = this.#header;
    switch (segment.tag) {
      case 'BPR':
        if (header.payment) this.#find('payment_repeated', segment);
        else this.#takeBpr(segment);
        break;
      case 'TRN':
        if (header.trace) this.#find('trace_repeated', segment);
        else if (segment.value(2) !== '') {
          header.trace = {
            number: segment.value(2),
            payerId: segment.value(3),
            supplement: segment.value(4),
          };
        }
        break;
      case 'CUR':
        header.currency = segment.value(2);
        break;
      case 'REF':
        header.references.push({ qualifier: segment.value(1), value: segment.value(2) });
        break;
      case 'DTM': {
        const date = this.#values.date(segment, 2);
        if (date !== undefined) header.dates.push({ qualifier: segment.value(1), date });
        break;
      }
    }
  }

  #takeBpr(segment: Segment): void {
    const direction = segment.value(3);
    if (direction !== 'C' && direction !== 'D') this.#find('direction_unknown', segment);
    this.#header.payment = {
      handling: segment.value(1),
      amount: this.#values.money(segment, 2),
      direction: direction === 'D' ? 'debit' : 'credit',
      method: segment.value(4),
      originatingCompany: segment.value(10),
      date: this.#values.date(segment, 16),
    };
  }

  #takeParty(segment: Segment, loop: '1000A' | '1000B', begins: boolean): void {
    this.#endClaim();
    if (begins) {
      const role = loop === '1000A' ? 'payer' : 'payee';
      const late = this.#begun || this.#header[role] !== undefined;
      this.#party = {
        name: segment.value(2),
        idQualifier: segment.value(3),
        id: segment.value(4),
        references: [],
        contacts: [],
      };
      if (late) this.#findMisplaced(segment);
      else this.#header[role] = this.#party;
    } else if (segment.tag === 'REF') {
      this.#party?.references.push({ qualifier: segment.value(1), value: segment.value(2) });
    } else if (segment.tag === 'PER') {
      this.#party?.contacts.push(readPer(segment));
    }
  }

  #takeGroup(segment: Segment, begins: boolean): void {
    this.#endClaim();
    this.#begin();
    if (begins) this.#group = { number: segment.value(1) };
    else if (segment.tag === 'TS3' && this.#group) {
      this.#group.providerId = segment.value(1);
      this.#group.facilityType = segment.value(2);
      this.#group.fiscalPeriodEnd = this.#values.date(segment, 3);
      this.#group.claims = this.#values.quantity(segment, 4);
      this.#group.charge = this.#values.information(segment, 5);
    }
  }

  /** A provider, the end of the fiscal period, then reason with reference and amount, as often as there are any. */
  #takePlb(segment: Segment): void {
    const fiscalPeriodEnd = this.#values.date(segment, 2);
    for (let element = 3; element <= segment.length; element += 2) {
      const [reason = '', ...reference] = segment.components(element);
      if (reason === '') {
        if (segment.value(element + 1) === '') continue;
        this.#find('provider_adjustment_reason_missing', segment);
      }
      const amount = this.#values.money(segment, element + 1);
      this.#adjusted.add(amount);
      this.#providerAdjustments += 1;
      this.give({
        kind: 'provider-adjustment',
        adjustment: {
          number: this.#providerAdjustments,
          segment: segment.number,
          position: segment.position,
          providerId: segment.value(1),
          fiscalPeriodEnd,
          reason,
          reference: reference.join(':'),
          amount,
        },
      });
    }
  }

  #findMisplaced(segment: Segment): void {
    const money = segment.tag === 'CAS' || segment.tag === 'SVC';
    if (money) this.#find('money_misplaced', segment, tagFact(segment));
    else if (segment.tag === 'BPR') this.#find('payment_repeated', segment);
    else this.#find('segment_misplaced', segment, tagFact(segment));
  }

  readonly #find = (code: AdviceCode, segment: Segment, facts: Facts = {}): void =>
    this.#found(code, segment.number, segment.position, facts);

  /** A finding about the whole ST stands at its ST. */
  #foundHere(code: AdviceCode, facts: Facts = {}): void {
    this.#found(code, this.#header.segment, this.#header.position, facts);
  }

  #found(code: AdviceCode, segment: number, position: number, facts: Facts): void {
    this.keep({ code, severity: ADVICE_FINDINGS[code].severity, segment, position, facts });
  }
}

function tagFact(segment: Segment): Facts {
  return segment.tag === '' ? {} : { tag: segment.tag };
}

/** Finds an ST of another kind; its number, which is digits, is all that is told of it. */
export function anotherKind({ kind, segment, position }: Transaction): AdviceFinding {
  const code = 'transaction_of_another_kind';
  const { severity } = ADVICE_FINDINGS[code];
  return { code, severity, segment, position, facts: { kind: digitsOnly(kind) } };
}
