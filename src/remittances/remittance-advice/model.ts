import type { CalendarDate } from '../../ledger/calendar.js';
import type { EnvelopeCode } from '../../x12/envelope-findings.js';
import type { Interchange } from '../../x12/envelope.js';
import type { Finding } from '../../x12/finding.js';
import type { ReaderCode } from '../../x12/reader-findings.js';
import type { Cents } from './cents.js';
import type { AdviceCode } from './findings.js';

/*
 * What an 835 says, in its own terms. Names, member ids and the like stand under `personal`, and nowhere else but in
 * references whose qualifier says so: what is under `personal` never goes into an event, a log or a message.
 */

/** A finding within one 835; about a claim or a line when it names one. */
export interface AdviceFinding extends Finding<AdviceCode | EnvelopeCode | ReaderCode> {
  /** Number of the claim within its ST, from 1. */
  claim?: number;
  /** Number of the line within its claim, from 1. */
  line?: number;
}

/** A REF. Some qualifiers (1W, 28, EA, IG, SY) identify a person. */
export interface Reference {
  qualifier: string;
  value: string;
}

/** A DTM: 150/151 and 472 of a line, 232/233 of a claim, 036, 050; 405 of the whole. */
export interface StatedDate {
  qualifier: string;
  date: CalendarDate;
}

/** An AMT: information, never part of a sum. */
export interface StatedAmount {
  qualifier: string;
  amount: Cents;
}

/** A QTY: information; decimal text. */
export interface StatedQuantity {
  qualifier: string;
  quantity: string;
}

/** One triple of a CAS. A positive amount lowers the payment. */
export interface Adjustment {
  /** CO, PR, OA, PI; CR in 4010. */
  group: string;
  /** The claim adjustment reason code (CARC). */
  reason: string;
  amount: Cents;
  /** Units adjusted; decimal text. */
  quantity?: string;
  /** Number of the CAS within the file. */
  segment: number;
}

/** A remark: code list and code; HE is the list of RARCs. */
export interface Remark {
  list: string;
  code: string;
}

/** SVC01 or SVC06. */
export interface Procedure {
  /** HC, AD, N4, NU, ER and others. */
  qualifier: string;
  code: string;
  modifiers: string[];
  description?: string;
}

/** A PER: how to reach somebody at the payer. */
export interface Contact {
  function: string;
  name: string;
  numbers: { qualifier: string; number: string }[];
}

/** The payer or the payee: an N1 loop. */
export interface Party {
  name: string;
  idQualifier: string;
  id: string;
  references: Reference[];
  contacts: Contact[];
}

/** A name as an NM1 gives it. */
export interface Name {
  /** 1 a person, 2 an organisation. */
  entityType: string;
  last: string;
  first: string;
  middle: string;
  suffix: string;
  idQualifier: string;
  id: string;
}

/** A payer that an NM1 of a claim names. */
export interface NamedPayer {
  name: string;
  idQualifier: string;
  id: string;
}

/** MIA or MOA: what stands there besides the remark codes, by element, as it was sent. */
export interface Adjudication {
  kind: 'inpatient' | 'outpatient';
  remarks: string[];
  values: { element: number; value: string }[];
}

/** An LX with the TS3 after it: claims that the payer put together. */
export interface ClaimGroup {
  /** LX01, as sent. */
  number: string;
  providerId?: string;
  facilityType?: string;
  fiscalPeriodEnd?: CalendarDate;
  claims?: string;
  charge?: Cents;
}

/** An SVC with what follows it. */
export interface ServiceLine {
  /** Within the claim, from 1. */
  number: number;
  /** Number of its SVC within the file, and of the last segment that belongs to it. */
  segment: number;
  lastSegment: number;
  position: number;
  procedure: Procedure;
  /** SVC02. */
  charge: Cents;
  /** SVC03. */
  paid: Cents;
  /** SVC04, the revenue code. */
  revenueCode?: string;
  /** SVC05; decimal text. */
  unitsPaid?: string;
  /** SVC06: what was billed, when the payer paid another procedure. */
  originalProcedure?: Procedure;
  /** SVC07, when the units paid are not those billed. */
  unitsBilled?: string;
  /** REF*6R: the line item control number that was billed. */
  controlNumber?: string;
  adjustments: Adjustment[];
  references: Reference[];
  dates: StatedDate[];
  amounts: StatedAmount[];
  quantities: StatedQuantity[];
  remarks: Remark[];
}

/** A CLP with what follows it. */
export interface Claim {
  /** Within its ST, from 1. */
  number: number;
  /** Number of its CLP within the file, and of the last segment that belongs to it. */
  segment: number;
  lastSegment: number;
  position: number;
  /** CLP01, the patient control number: what the provider called the claim. */
  patientControlNumber: string;
  /** CLP02. */
  status: string;
  /** CLP03. */
  charge: Cents;
  /** CLP04. */
  paid: Cents;
  /** CLP05: information; the PR adjustments are what counts. */
  patientResponsibility?: Cents;
  /** CLP06. */
  filingIndicator: string;
  /** CLP07: what the payer calls the claim. */
  payerClaimNumber: string;
  /** REF*F8 of the claim: the payer's number of the claim that this one takes back, or stands in the place of. */
  originalClaimNumber?: string;
  /** CLP08 to CLP11. */
  facilityType: string;
  frequency: string;
  patientStatus: string;
  drg: string;
  /** CLP12, CLP13; decimal text. */
  drgWeight?: string;
  dischargeFraction?: string;
  group?: ClaimGroup;
  adjustments: Adjustment[];
  references: Reference[];
  dates: StatedDate[];
  amounts: StatedAmount[];
  quantities: StatedQuantity[];
  adjudications: Adjudication[];
  contacts: Contact[];
  lines: ServiceLine[];
  /** NM1*TT: the payer sent the claim on to this one. */
  crossoverPayer?: NamedPayer;
  /** NM1*PR: the payer that should have paid first. */
  priorityPayer?: NamedPayer;
  /** NM1*82. */
  renderingProvider?: { idQualifier: string; id: string };
  /** Names and member ids. Never into an event, a log or a message. */
  personal: {
    patient?: Name;
    insured?: Name;
    corrected?: Name;
    otherSubscriber?: Name;
    renderingProvider?: Name;
  };
  findings: AdviceFinding[];
}

/** One pair of a PLB. A positive amount lowers the payment. */
export interface ProviderAdjustment {
  /** Within its ST, from 1. */
  number: number;
  segment: number;
  position: number;
  providerId: string;
  fiscalPeriodEnd?: CalendarDate;
  /** WO, FB, 72, CS, L6, IR, J1 and others. */
  reason: string;
  /** What the adjustment is about: a claim, an account, a trace; as the payer likes. */
  reference: string;
  amount: Cents;
}

/** BPR: the money. Account numbers of banks are not kept. */
export interface Payment {
  /** BPR01. */
  handling: string;
  /** BPR02, as sent; {@link Payment.direction} says whether it comes or goes. */
  amount: Cents;
  direction: 'credit' | 'debit';
  /** BPR04: ACH, CHK, NON and others. */
  method: string;
  /** BPR10. */
  originatingCompany: string;
  /** BPR16. */
  date?: CalendarDate;
}

/** TRN. */
export interface Trace {
  /** TRN02: the number of the cheque or transfer. */
  number: string;
  /** TRN03: a 1 and the payer's tax id. */
  payerId: string;
  /** TRN04. */
  supplement: string;
}

/** What stands before the claims of an ST. */
export interface AdviceHeader {
  interchange?: Interchange;
  /** ST02. */
  controlNumber: string;
  /** GS08 or ST03: `004010X091A1`, `005010X221A1`; empty in a fragment. */
  version: string;
  /** Number of its ST within the file. */
  segment: number;
  position: number;
  payment?: Payment;
  trace?: Trace;
  /** CUR02 where a CUR says it. */
  currency?: string;
  payer?: Party;
  payee?: Party;
  references: Reference[];
  dates: StatedDate[];
}

/** What an ST comes to, known when its SE was read. */
export interface AdviceEnd {
  /** Number of its last segment within the file. */
  segment: number;
  claims: number;
  providerAdjustments: number;
  /** ΣCLP04 without predeterminations, ΣPLB, and BPR02 with its sign, as decimal strings. */
  totals: { claims: string; providerAdjustments: string; payment: string };
  /** SHA-256 (hex) of the content between ST and SE, the same whatever delimiters and line breaks a file has. */
  contentHash: string;
  /** Findings about the ST as a whole; those about claims are with their claims. */
  findings: AdviceFinding[];
}

/** What reading a file gives, in the order of the file. */
export type AdviceItem =
  | { kind: 'begin'; header: AdviceHeader }
  | { kind: 'claim'; claim: Claim }
  | { kind: 'provider-adjustment'; adjustment: ProviderAdjustment }
  | { kind: 'end'; end: AdviceEnd }
  /** Found outside of every 835. */
  | { kind: 'finding'; finding: AdviceFinding };

/** The claim adjustment status of CLP02; the ones above 27 and the gaps are not assigned. */
export const CLAIM_STATUSES: ReadonlySet<string> = new Set(
  '1 2 3 4 5 10 13 15 16 17 19 20 21 22 23 25 27'.split(' '),
);

/**
 * The first and last day of a line's service: its own 472 or 150 and 151, else the 232 and 233 of its claim. Undefined
 * when neither says.
 */
export function serviceDates(
  line: Pick<ServiceLine, 'dates'>,
  claim: Claim,
): { from: CalendarDate; to: CalendarDate } | undefined {
  const dateOf = (dates: readonly StatedDate[], qualifier: string) =>
    dates.find((stated) => stated.qualifier === qualifier)?.date;
  const on = dateOf(line.dates, '472');
  const begun = on ?? dateOf(line.dates, '150');
  const from = begun ?? dateOf(claim.dates, '232');
  const to = on ?? dateOf(line.dates, '151') ?? begun ?? dateOf(claim.dates, '233') ?? from;
  return to === undefined ? undefined : { from: from ?? to, to };
}
