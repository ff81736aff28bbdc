import { z } from 'zod';
import { isCalendarDate } from './calendar.js';
import { claimStatement, remittanceRef } from './claim-statement.js';
import { isCurrency } from './currency.js';
import { signedAmount } from './signed-amount.js';

/*
 * What stands beside the accounts: remittances (one ST of a payer's 835 each), the control accounts of payers and
 * providers, and deposits. No event holds a name of a patient, a member id, or text of the file.
 *
 * The one list, as `events.ts` is for accounts: a new optional field keeps an event's name, anything else is a new one.
 */

const id = z.string().min(1).max(64);
const text = z.string();
const date = z.string().refine(isCalendarDate, 'not a calendar date');
const currency = z.string().refine(isCurrency, 'not a currency');
const count = z.number().int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Something that was found in the file; see the tables of findings for what the codes mean. */
const finding = z.object({
  code: text,
  severity: z.enum(['stops', 'warns']),
  segment: count,
  claim: count.optional(),
  line: count.optional(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** Why a claim was not posted. */
export const SUSPENSIONS = [
  /** Claim or line does not balance, or has an amount that cannot be read: see the findings. */
  'does_not_balance',
  /** No account has this claim. */
  'account_not_found',
  /** Several accounts could be meant. */
  'account_ambiguous',
  /** The account is there, a line has no charge, or several. */
  'line_not_matched',
  /** Takes back what was never posted here. */
  'original_not_found',
  /** Takes back other amounts than were posted, or what cannot be taken back any more. */
  'original_differs',
  /** The same claim came with this payment before, in another remittance. */
  'paid_by_this_payment_before',
  /** A rule of the ledger said no; the facts say which. */
  'refused',
] as const;
export type Suspension = (typeof SUSPENSIONS)[number];

const candidate = z.object({ accountId: id, chargeIds: z.array(id), why: text });

export const RESOLUTIONS = ['assign', 'post', 'reject'] as const;

/** What a control account is settled with where no remittance is: {@link CONTROL_PLACES} has all there is. */
const GENERAL_PLACES = ['interest', 'penalty', 'cash', 'write_off'] as const;
/**
 * Where the money of an entry by hand comes from or goes to: the clearing money of a remittance, interest that the payer
 * paid, penalties and fees that it kept, money that came or went outside of any remittance, or what is given up.
 */
export const CONTROL_PLACES = ['remittance', ...GENERAL_PLACES] as const;

const against = z.discriminatedUnion('place', [
  z.object({ place: z.literal('remittance'), remittanceId: id, claim: count.optional() }),
  z.object({ place: z.enum(GENERAL_PLACES) }),
]);

/** Parsers of the data of every event beside the accounts, by stored name. */
export const remittanceEventData = {
  RemittanceReceived: z.object({
    remittanceId: id,
    /** Of what stands between ST and SE, whatever the file's delimiters. */
    contentHash: sha256,
    /** The file that it came in, and where in it. */
    document: z.object({ sha256, segment: count, lastSegment: count }),
    /** ST02 and the version of the implementation guide. */
    controlNumber: text,
    version: text,
    currency,
    /** BPR16, or the day it was received: when all of it counts. */
    effectiveOn: date,
    receivedOn: date,
    payer: z.object({ id, name: text }),
    provider: z.object({ id }),
    trace: z.object({ number: text, payerId: text }).optional(),
    /** BPR02, negative for a debit; BPR04. */
    payment: z.object({ amount: signedAmount, method: text }).optional(),
    /** ΣCLP04 without predeterminations and ΣPLB. */
    totals: z.object({ claims: signedAmount, providerAdjustments: signedAmount }),
    claims: count,
    providerAdjustments: count,
    createAccounts: z.boolean(),
    findings: z.array(finding),
  }),
  /** It balances: its payment is on the clearing account from now on. */
  RemittanceAccepted: z.object({ remittanceId: id, currency, effectiveOn: date, amount: signedAmount }),
  /** It does not: nothing of it is posted. */
  RemittanceHeld: z.object({ remittanceId: id, effectiveOn: date }),
  RemittanceClaimPosted: z.object({
    remittanceId: id,
    claim: count,
    segment: count,
    accountId: id,
    adjudicationId: id,
    claimId: text,
    payerClaimNumber: text,
    status: text,
    charge: signedAmount,
    paid: signedAmount,
    /** Of a claim that its account only records; left out where it moved something, or may still. */
    settlement: z.literal('moves_nothing').optional(),
    /** Findings that only warn. */
    findings: z.array(finding),
  }),
  RemittanceClaimSuspended: z.object({
    remittanceId: id,
    claim: count,
    reason: z.enum(SUSPENSIONS),
    facts: z.record(z.string(), z.string()),
    candidates: z.array(candidate),
    findings: z.array(finding),
    statement: claimStatement,
  }),
  /** What somebody decided on a claim that was suspended, or of which something was held. */
  RemittanceClaimResolved: z.object({
    remittanceId: id,
    claim: count,
    resolutionId: id,
    resolution: z.enum(RESOLUTIONS),
    accountId: id.optional(),
    /**
     * Where no account was named: the one that was found for it then, on which it is posted, and whether accounts and
     * charges may be opened for that. Whoever carries it out looks for no other.
     */
    found: z.object({ accountId: id, createAccounts: z.boolean() }).optional(),
    effectiveOn: date,
    reason: text,
    /**
     * Set where nobody decided: the ledger tried it again and found the account that is given. Accounts and charges may
     * be opened for it where its file was imported so then.
     */
    again: z.object({ createAccounts: z.boolean() }).optional(),
  }),
  ProviderAdjustmentPosted: z.object({
    remittanceId: id,
    number: count,
    segment: count,
    controlAccountId: id,
    providerId: text,
    reason: text,
    reference: text,
    currency,
    amount: signedAmount,
    /** The claim of this remittance that it names. */
    claim: count.optional(),
  }),
  /** Every claim is posted or suspended, every provider adjustment posted. */
  RemittanceCompleted: z.object({ remittanceId: id, posted: count, suspended: count, effectiveOn: date }),
  /** The bank has the money. */
  RemittanceReconciled: z.object({
    remittanceId: id,
    depositId: id.optional(),
    currency,
    amount: signedAmount,
    effectiveOn: date,
  }),
  /** In the stream of a control account. A positive amount is kept back by the payer, a negative one is owed to it. */
  ControlEntryPosted: z.object({
    controlAccountId: id,
    entryId: id,
    payerId: text,
    providerId: text,
    currency,
    effectiveOn: date,
    amount: signedAmount,
    /** PLB03-1, or `claim_rejected` for the payment of a claim that somebody rejected. */
    reason: text,
    reference: text,
    remittance: remittanceRef,
    /** Number of the PLB pair within its ST, from 1. */
    number: count.optional(),
  }),
  /**
   * In the stream of a control account that has an entry already: somebody books what stands there to where it belongs.
   * The amount is signed as that of the other entries; one of the opposite amount takes it back.
   */
  ControlEntryBooked: z.object({
    controlAccountId: id,
    entryId: id,
    payerId: text,
    providerId: text,
    currency,
    effectiveOn: date,
    amount: signedAmount,
    against,
    /** Why, as the person wrote it. */
    reason: text,
    reference: text.optional(),
  }),
  DepositRecorded: z.object({
    depositId: id,
    /** What the bank says the payment was: to be TRN02 and TRN03. */
    traceNumber: text,
    tracePayerId: text,
    currency,
    amount: signedAmount,
    effectiveOn: date,
    reference: text.optional(),
  }),
} as const;

export type RemittanceEventType = keyof typeof remittanceEventData;

/** The data of one type of event. */
export type RemittanceDataOf<T extends RemittanceEventType> = z.infer<(typeof remittanceEventData)[T]>;

/** Everything that can happen beside the accounts. */
export type RemittanceEvent = {
  [T in RemittanceEventType]: { type: T; data: RemittanceDataOf<T> };
}[RemittanceEventType];

export type RecordedFinding = z.infer<typeof finding>;
export type Candidate = z.infer<typeof candidate>;
export type Resolution = (typeof RESOLUTIONS)[number];
export type ControlAgainst = z.infer<typeof against>;
