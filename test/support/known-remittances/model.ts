import type { Cents } from '../../../src/generator/cents.js';
import type { CalendarDate } from '../../../src/ledger/calendar.js';
import type { CODE_SYSTEMS } from '../../../src/ledger/events.js';
import type { Suspension } from '../../../src/ledger/remittance-events.js';

/*
 * What the generator makes up: charges, and what payers say of them. Whole cents all the way.
 */

/** A payer; its id stands in TRN03, BPR10 and N104, and in NM1*TT where another payer sends a claim on to it. */
export interface KnownPayer {
  id: string;
  name: string;
}

/** A charge of a claim. */
export interface KnownCharge {
  accountId: string;
  chargeId: string;
  procedure: KnownProcedure;
  serviceDate: CalendarDate;
  amount: Cents;
}

export interface KnownProcedure {
  /** SVC01-1. */
  qualifier: string;
  system: (typeof CODE_SYSTEMS)[number];
  code: string;
  modifiers: readonly string[];
}

/** A CAS triple; a positive amount lowers the payment. */
export interface KnownAdjustment {
  group: string;
  reason: string;
  amount: Cents;
}

/** An SVC. */
export interface KnownLine {
  of: KnownCharge;
  charge: Cents;
  paid: Cents;
  adjustments: readonly KnownAdjustment[];
  /** Whether a REF*6R names the charge. */
  named: boolean;
}

/** What has to become of a statement once everything was imported, in whatever order. */
export type Fate = 'recorded' | 'moves_nothing' | 'waits_for_original' | Suspension;

/** A CLP with what belongs to it. */
export interface KnownStatement {
  payer: KnownPayer;
  claimId: string;
  payerClaimNumber: string;
  /** REF*F8. */
  originalClaimNumber?: string;
  status: string;
  charge: Cents;
  paid: Cents;
  /** CAS of the claim itself. */
  adjustments: readonly KnownAdjustment[];
  lines: readonly KnownLine[];
  /** NM1*TT. */
  crossover?: KnownPayer;
  fate: Fate;
}

/** One pair of a PLB; a positive amount lowers the payment. */
export interface KnownProviderAdjustment {
  providerId: string;
  reason: string;
  reference: string;
  amount: Cents;
}

/** One ST. */
export interface KnownTransaction {
  payer: KnownPayer;
  /** The payee's NPI. */
  providerId: string;
  traceNumber: string;
  paidOn: CalendarDate;
  /** DTM*405. */
  producedOn: CalendarDate;
  /** 4010 calls every adjustment of a reversal CR. */
  version: '4010' | '5010';
  statements: readonly KnownStatement[];
  providerAdjustments: readonly KnownProviderAdjustment[];
  /** BPR02 with its sign, as stated: where `held`, not what the claims come to. */
  payment: Cents;
  held: boolean;
}
