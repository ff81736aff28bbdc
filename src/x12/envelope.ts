import { ENVELOPE_FINDINGS, type EnvelopeCode } from './envelope-findings.js';
import { type Facts, type Finding, digitsOnly } from './finding.js';
import type { Segment } from './segment.js';

/** What an ISA says. */
export interface Interchange {
  sender: string;
  receiver: string;
  controlNumber: string;
  /** ISA15 is T: sent to try something out, not to be taken for money. */
  test: boolean;
}

/** What a GS says. */
export interface Group {
  /** GS01: HP for remittances. */
  functionalCode: string;
  controlNumber: string;
  /** GS08: `005010X221A1`. */
  version: string;
}

/** The transaction that is open. */
export interface Transaction {
  /** ST01: `835`. */
  kind: string;
  controlNumber: string;
  /** ST03, or the group's version where there is none; empty when neither says. */
  version: string;
  interchange?: Interchange;
  group?: Group;
  /** Number of its ST within the file. */
  segment: number;
  position: number;
}

/** What a segment is to the envelopes. */
export type EnvelopeStep = 'envelope' | 'transaction-begins' | 'transaction-ends' | 'within' | 'outside';

/** Which segments envelopes are made of; no other is worth asking {@link Envelope.take} about inside a transaction. */
export const ENVELOPE_TAGS: ReadonlySet<string> = new Set(['ISA', 'GS', 'ST', 'SE', 'GE', 'IEA', 'TA1']);

/** Follows ISA/IEA, GS/GE and ST/SE through a file, and finds what does not fit: counts, control numbers, ends. */
export class Envelope {
  transaction: Transaction | undefined;
  #interchange: (Interchange & { groups: number }) | undefined;
  #group: (Group & { transactions: number }) | undefined;
  #last: { number: number; position: number } = { number: 1, position: 0 };
  #fragment = false;

  /**
   * @param found takes each finding; one about a transaction comes before that transaction is closed
   * @param closed told that a transaction ends although no SE ended it
   */
  constructor(
    private readonly found: (finding: Finding<EnvelopeCode>) => void,
    private readonly closed: () => void,
  ) {}

  take(segment: Segment): EnvelopeStep {
    this.#last = segment;
    switch (segment.tag) {
      case 'ISA':
        this.#endInterchange();
        this.#interchange = {
          sender: segment.value(6),
          receiver: segment.value(8),
          controlNumber: segment.value(13),
          test: segment.value(15) === 'T',
          groups: 0,
        };
        return 'envelope';
      case 'GS':
        this.#endGroup();
        this.#group = {
          functionalCode: segment.value(1),
          controlNumber: segment.value(6),
          version: segment.value(8),
          transactions: 0,
        };
        if (this.#interchange) this.#interchange.groups += 1;
        else this.#findFragment('no_interchange');
        return 'envelope';
      case 'ST':
        this.#endTransaction();
        if (this.#group) this.#group.transactions += 1;
        else this.#findFragment(this.#interchange ? 'no_group' : 'no_interchange');
        this.transaction = {
          kind: segment.value(1),
          controlNumber: segment.value(2),
          version: segment.value(3) || (this.#group?.version ?? ''),
          interchange: this.#interchange,
          group: this.#group,
          segment: segment.number,
          position: segment.position,
        };
        return 'transaction-begins';
      case 'SE':
        return this.#takeSe(segment);
      case 'GE':
        this.#endTransaction();
        this.#takeGe(segment);
        return 'envelope';
      case 'IEA':
        this.#endGroup();
        this.#takeIea(segment);
        return 'envelope';
      case 'TA1':
        return this.transaction ? 'within' : 'envelope';
      default: // every other tag, of which there is no end
        if (this.transaction) return 'within';
        this.#find('segment_outside_transaction');
        return 'outside';
    }
  }

  /** Says that the file is over. */
  end(): void {
    this.#endInterchange();
  }

  #takeSe(segment: Segment): EnvelopeStep {
    const { transaction } = this;
    if (!transaction) {
      this.#find('end_without_beginning');
      return 'outside';
    }
    this.#compareCount('segment_count_differs', segment, segment.number - transaction.segment + 1);
    this.#compareControl('transaction_control_number_differs', segment, transaction.controlNumber);
    this.transaction = undefined;
    return 'transaction-ends';
  }

  #takeGe(segment: Segment): void {
    const group = this.#group;
    this.#group = undefined;
    if (!group) {
      this.#find('end_without_beginning');
      return;
    }
    this.#compareCount('transaction_count_differs', segment, group.transactions);
    this.#compareControl('group_control_number_differs', segment, group.controlNumber);
  }

  #takeIea(segment: Segment): void {
    const interchange = this.#interchange;
    this.#interchange = undefined;
    if (!interchange) {
      this.#find('end_without_beginning');
      return;
    }
    this.#compareCount('group_count_differs', segment, interchange.groups);
    this.#compareControl('interchange_control_number_differs', segment, interchange.controlNumber);
  }

  #compareCount(code: EnvelopeCode, segment: Segment, counted: number): void {
    const stated = segment.value(1);
    if (!/^\d+$/.test(stated) || Number(stated) !== counted) {
      this.#find(code, { stated: digitsOnly(stated), counted });
    }
  }

  /** Control numbers are compared as numbers where they are: `0001` and `1` are the same one. */
  #compareControl(code: EnvelopeCode, segment: Segment, begun: string): void {
    const ended = segment.value(2);
    if (ended === begun || ended.replace(/^0+/, '') === begun.replace(/^0+/, '')) return;
    this.#find(code, { begun: digitsOnly(begun), ended: digitsOnly(ended) });
  }

  #endTransaction(): void {
    if (!this.transaction) return;
    this.#find('transaction_not_ended', { transaction: digitsOnly(this.transaction.controlNumber) });
    this.closed();
    this.transaction = undefined;
  }

  #endGroup(): void {
    this.#endTransaction();
    if (this.#group) this.#find('group_not_ended', { group: digitsOnly(this.#group.controlNumber) });
    this.#group = undefined;
  }

  #endInterchange(): void {
    this.#endGroup();
    if (!this.#interchange) return;
    this.#find('interchange_not_ended', { interchange: digitsOnly(this.#interchange.controlNumber) });
    this.#interchange = undefined;
  }

  /** A fragment is found once, not at each of its groups. */
  #findFragment(code: 'no_interchange' | 'no_group'): void {
    if (!this.#fragment) this.#find(code);
    this.#fragment = true;
  }

  #find(code: EnvelopeCode, facts: Facts = {}): void {
    const { number, position } = this.#last;
    this.found({ code, severity: ENVELOPE_FINDINGS[code].severity, segment: number, position, facts });
  }
}
