import { z } from 'zod';
import { isCalendarDate } from './calendar.js';
import { signedAmount } from './signed-amount.js';

/*
 * What a remittance says of one claim, as far as money and its explanation go: no name, no member id. It is what is
 * posted from, and what a suspended claim is kept as until somebody says where it belongs.
 */

const id = z.string().min(1).max(64);
const text = z.string();
const date = z.string().refine(isCalendarDate, 'not a calendar date');
const count = z.number().int().min(0);

/** Where in a remittance something stands: its claim and line, both from 1, and the segment of the file. */
export const remittanceRef = z.object({
  id,
  claim: count,
  line: count.optional(),
  segment: count,
});
export type RemittanceRef = z.infer<typeof remittanceRef>;

const procedure = z.object({
  /** SVC01-1: HC, AD, N4, NU, ER and others; empty for a claim without lines. */
  qualifier: text,
  code: text,
  modifiers: z.array(text),
});
export type StatedProcedure = z.infer<typeof procedure>;

/** One CAS triple. A positive amount lowers the payment. */
const adjustment = z.object({
  group: text,
  reason: text,
  amount: signedAmount,
  /** It stands with the claim as a whole, and was laid on this line. */
  ofClaim: z.literal(true).optional(),
});
export type StatedAdjustment = z.infer<typeof adjustment>;

/** A service line. `charge` less all adjustments is `paid`, unless the claim was found not to balance. */
export const claimLine = z.object({
  /** From 1; 0 for a claim that has no lines and is one as a whole. */
  line: count,
  segment: count,
  procedure,
  /** SVC06: what was billed, where the payer decided on another procedure. */
  billedProcedure: procedure.optional(),
  revenueCode: text.optional(),
  /** REF*6R. */
  controlNumber: text.optional(),
  serviceDate: date.optional(),
  units: text.optional(),
  charge: signedAmount,
  paid: signedAmount,
  adjustments: z.array(adjustment),
  remarkCodes: z.array(text),
});
export type StatedLine = z.infer<typeof claimLine>;

export const claimStatement = z.object({
  remittanceId: id,
  /** From 1, within its ST. */
  claim: count,
  segment: count,
  /** The ledger's id of the payer, see `payerIdOf`. */
  payerId: id,
  trace: z.object({ number: text, payerId: text }).optional(),
  effectiveOn: date,
  currency: text,
  /** CLP01, CLP07, CLP02, CLP06. */
  claimId: text,
  payerClaimNumber: text,
  /** REF*F8: the payer's number of the claim that this one takes back, or stands in the place of. */
  originalClaimNumber: text.optional(),
  status: text,
  filingIndicator: text.optional(),
  charge: signedAmount,
  paid: signedAmount,
  /** BPR04 in the ledger's words. */
  method: z.enum(['ach', 'check', 'eft', 'other']),
  /** NM1*TT: the ledger's id of the payer that the claim was sent on to. */
  crossoverPayerId: id.optional(),
  /** NM1*PR: the ledger's id of the payer that should have paid first. */
  priorityPayerId: id.optional(),
  /** MIA and MOA. */
  remarkCodes: z.array(text),
  lines: z.array(claimLine),
});
export type ClaimStatement = z.infer<typeof claimStatement>;
