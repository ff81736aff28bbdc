import { z } from 'zod';
import { isCalendarDate } from './calendar.js';
import { claimLine, remittanceRef } from './claim-statement.js';
import { isCurrency } from './currency.js';
import { signedAmount } from './signed-amount.js';

/*
 * The one list of what an account's stream can hold. The union of events, the parser of stored data and the
 * names that the codec knows all derive from `accountEventData` at the end of this file.
 *
 * A new optional field keeps an event's name; anything else is a new stored name (`ChargePosted.v2`) with an
 * upcaster in `src/event-store/codec.ts`. Amounts are decimal strings in the account's currency.
 */

const id = z.string().min(1).max(64);
const amount = z.string().regex(/^\d{1,12}(\.\d{1,4})?$/);
/** A sum of amounts may be longer than any of them. */
const sum = z.string().regex(/^\d+(\.\d{1,4})?$/);
const date = z.string().refine(isCalendarDate, 'not a calendar date');
const currency = z.string().refine(isCurrency, 'not a currency');
const text = z.string();

const payerPosition = z.enum(['primary', 'secondary', 'tertiary']);
const patient = z.object({ party: z.literal('patient') });
const party = z.discriminatedUnion('party', [
  patient,
  z.object({ party: z.literal('payer'), payerId: id, position: payerPosition }),
]);
const otherParty = z.object({ party: z.literal('other'), name: text });
const payee = z.discriminatedUnion('party', [
  patient,
  z.object({ party: z.literal('payer'), payerId: id, position: payerPosition.optional() }),
  otherParty,
]);
const owner = z.discriminatedUnion('party', [
  patient,
  z.object({ party: z.literal('payer'), payerId: id }),
  otherParty,
]);

/** The closed vocabularies of the contract, shared by events, commands and their validation. */
export const PAYMENT_METHODS = ['cash', 'check', 'card', 'eft', 'ach', 'lockbox', 'other'] as const;
export const ADJUSTMENT_CATEGORIES = [
  'contractual',
  'charity',
  'bad_debt',
  'small_balance',
  'discount',
  'courtesy',
  'interest',
  'other',
] as const;
export const CODE_SYSTEMS = ['CPT', 'HCPCS', 'REV', 'CDT', 'NDC', 'CVX', 'SNOMED', 'LOCAL'] as const;
export const DENIAL_OUTCOMES = ['overturned', 'upheld', 'written_off', 'transferred', 'rebilled'] as const;
export const REVERSAL_REASONS = ['nsf', 'takeback', 'posting_error', 'other'] as const;
export const NOTE_KINDS = ['call', 'letter', 'email', 'visit', 'internal'] as const;
export const DIRECTIONS = ['credit', 'debit'] as const;
export const POSITIONS = payerPosition.options;
/**
 * What an adjudication came to: `posted`; `waits_for_original` for a reversal before what it takes back;
 * `moves_nothing` for predeterminations and duplicates, and for a reversal that was given up while it waited.
 */
export const CLAIM_SETTLEMENTS = ['posted', 'waits_for_original', 'moves_nothing'] as const;
/**
 * Why an adjudication was gone on with: what it takes back came; another of the claim, or lines of itself, were taken
 * back, or, of a reversal, what it took back leaves nobody to answer for what was given up; a payer before this one decided; somebody said to post what is held, or to give it up.
 */
export const CONTINUATION_CAUSES = [
  'original_posted',
  'original_reversed',
  'earlier_payer_posted',
  'released',
  'dropped',
] as const;
export const HELD_KINDS = ['payment', 'adjustment', 'transfer'] as const;

/**
 * One part of a payment or credit that lowers one share; `reinstated` is how much bad debt it brought back first, as of
 * `reinstatedOn` where the write-off counts later than the money.
 */
const allocation = z.object({
  chargeId: id,
  amount,
  responsible: party,
  reinstated: amount.optional(),
  reinstatedOn: date.optional(),
});

/** Where credit comes from: a payment's unapplied rest, or a share that shows a credit. */
const creditSource = z.union([z.object({ paymentId: id }), z.object({ chargeId: id, party })]);

/** A place in the books that a movement debits or credits; see `movements.ts`. */
const place = z.union([
  z.object({
    account: z.enum(['Assets:Receivable:Patient', 'Assets:Receivable:Payer']),
    chargeId: id,
    party,
    since: date.optional(),
  }),
  z.object({ account: z.literal('Liabilities:Unapplied'), paymentId: id, owner }),
  z.object({
    account: z.union([
      z.literal([
        'Assets:Cash',
        'Assets:PayerControl',
        'Assets:RemittanceClearing',
        'Expenses:BadDebt',
        'Expenses:ControlWriteOff',
        'Expenses:Penalties',
        'Income:Charges',
        'Income:Interest',
      ]),
      z.templateLiteral(['Income:Adjustments:', z.string().regex(/[A-Za-z]+/)]),
    ]),
  }),
]);

/** Lines of an earlier adjudication that are taken back by themselves: the others of it stand. */
const reversedLines = z.object({ adjudicationId: id, lines: z.array(z.number().int().min(0)).min(1) });

const reversedMovement = z.object({ of: id, debit: place, credit: place, amount, effectiveOn: date });

/**
 * A part of what a remittance says that was not posted, since it would have made a false credit or owes its account to
 * nobody: `payment` is money that stands unapplied, the others moved nothing.
 */
const heldPart = z.object({
  kind: z.enum(HELD_KINDS),
  chargeId: id.optional(),
  groupCode: text.optional(),
  reasonCode: text.optional(),
  amount,
  remittance: remittanceRef,
});

/** Parsers of the data of every event, by stored name. */
export const accountEventData = {
  AccountOpened: z.object({
    accountId: id,
    openedOn: date,
    currency,
    entity: text,
    patientRef: text.optional(),
  }),
  ChargePosted: z.object({
    chargeId: id,
    currency,
    effectiveOn: date,
    serviceDate: date,
    amount,
    code: z.object({ system: z.enum(CODE_SYSTEMS), value: text, modifiers: z.array(text).optional() }),
    responsible: party,
    units: z.union([z.number(), text]).optional(),
    claimId: text.optional(),
    provider: text.optional(),
    placeOfService: text.optional(),
    diagnoses: z.array(text).optional(),
    description: text.optional(),
    remittance: remittanceRef.optional(),
  }),
  PaymentPosted: z.object({
    paymentId: id,
    currency,
    effectiveOn: date,
    amount,
    from: payee,
    method: z.enum(PAYMENT_METHODS),
    reference: text.optional(),
    allocations: z.array(allocation),
    remittance: remittanceRef.optional(),
  }),
  AdjustmentPosted: z.object({
    adjustmentId: id,
    currency,
    effectiveOn: date,
    amount,
    category: z.enum(ADJUSTMENT_CATEGORIES),
    direction: z.enum(DIRECTIONS),
    allocations: z.array(z.object({ chargeId: id, amount, responsible: party })),
    groupCode: text.optional(),
    reasonCode: text.optional(),
    remarkCodes: z.array(text).optional(),
    remittance: remittanceRef.optional(),
  }),
  ResponsibilityTransferred: z.object({
    transferId: id,
    currency,
    effectiveOn: date,
    chargeId: id,
    amount,
    from: party,
    to: party,
    groupCode: text.optional(),
    reasonCode: text.optional(),
    remittance: remittanceRef.optional(),
  }),
  DenialRecorded: z.object({
    denialId: id,
    currency,
    effectiveOn: date,
    payerId: id,
    lines: z.array(
      z.object({
        chargeId: id,
        amount,
        groupCode: text,
        reasonCode: text,
        remarkCodes: z.array(text).optional(),
      }),
    ),
    claimId: text.optional(),
    appealBy: date.optional(),
    remittance: remittanceRef.optional(),
  }),
  DenialAppealed: z.object({
    appealId: id,
    denialId: id,
    level: z.number().int(),
    filedOn: date,
    respondBy: date.optional(),
  }),
  DenialResolved: z.object({
    resolutionId: id,
    denialId: id,
    effectiveOn: date,
    outcome: z.enum(DENIAL_OUTCOMES),
    entryId: id.optional(),
    note: text.optional(),
  }),
  CreditApplied: z.object({
    allocationId: id,
    currency,
    effectiveOn: date,
    source: creditSource.optional(),
    allocations: z.array(z.object({ chargeId: id, amount, responsible: party })),
    /**
     * The allocations cut by the sources they were paid from: what really moved; `countsOn` where the source counts
     * later than the command.
     */
    applied: z.array(allocation.extend({ source: creditSource, owner, countsOn: date.optional() })),
    remittance: remittanceRef.optional(),
  }),
  RefundIssued: z.object({
    refundId: id,
    currency,
    effectiveOn: date,
    amount,
    to: payee,
    method: z.enum(PAYMENT_METHODS),
    source: creditSource.optional(),
    /** What was paid back, by where the credit stood; `countsOn` where that counts later than the refund. */
    refunded: z.array(z.object({ source: creditSource, owner, amount, countsOn: date.optional() })),
    reference: text.optional(),
    reason: text.optional(),
  }),
  EntryReversed: z.object({
    reversalId: id,
    currency,
    effectiveOn: date,
    reverses: id,
    reason: z.enum(REVERSAL_REASONS),
    amount: sum,
    allocations: z.array(z.object({ chargeId: id, amount, responsible: party.optional() })).optional(),
    /** What was asked for of a payment's unapplied credit, where only a part of it is taken back. */
    unapplied: amount.optional(),
    note: text.optional(),
    /** The mirror of what is taken back, each with the entry it belonged to. */
    movements: z.array(reversedMovement),
    remittance: remittanceRef.optional(),
  }),
  NoteRecorded: z.object({
    noteId: id,
    effectiveOn: date,
    kind: z.enum(NOTE_KINDS),
    text,
  }),
  /** What a payer's remittance says of a claim; the entries that follow from it come after it, in the same append. */
  ClaimAdjudicated: z.object({
    adjudicationId: id,
    effectiveOn: date,
    currency,
    remittance: remittanceRef,
    payerId: id,
    /** Left out where the claim moves nothing and no share says it. */
    position: payerPosition.optional(),
    /** TRN02 and TRN03: the payment it came with. */
    trace: z.object({ number: text, payerId: text }).optional(),
    /** CLP01, CLP07 and CLP02. */
    claimId: text,
    payerClaimNumber: text,
    status: text,
    /** REF*F8. */
    originalClaimNumber: text.optional(),
    /** CLP03 and CLP04. */
    charge: signedAmount,
    paid: signedAmount,
    lines: z.array(claimLine.extend({ chargeId: id.optional() })),
    settlement: z.enum(CLAIM_SETTLEMENTS),
    /** The earlier adjudication that this one takes back, as a whole. */
    reverses: id.optional(),
    /** In its place where only lines are taken back: of one adjudication, or of several. */
    reversesLines: z.array(reversedLines).min(1).optional(),
    /** Ids of the entries that were posted for it. */
    entries: z.array(id),
    held: z.array(heldPart),
  }),
  /** More was posted for an adjudication, or what was held of it was decided. */
  AdjudicationContinued: z.object({
    continuationId: id,
    adjudicationId: id,
    effectiveOn: date,
    currency,
    remittance: remittanceRef,
    because: z.enum(CONTINUATION_CAUSES),
    reverses: id.optional(),
    reversesLines: z.array(reversedLines).min(1).optional(),
    /** Of a reversal that was given up while it waited: what it takes back may come later, and then stands. */
    settlement: z.literal('moves_nothing').optional(),
    entries: z.array(id),
    /** What is held from now on. */
    held: z.array(heldPart),
    /** The decision of a person that is carried out by this, once and for all, with what was said. */
    resolutionId: id.optional(),
    reason: text.optional(),
  }),
} as const;

export type AccountEventType = keyof typeof accountEventData;

/** The data of one type of event. */
export type DataOf<T extends AccountEventType> = z.infer<(typeof accountEventData)[T]>;

/** One event of one type. */
export type EventOf<T extends AccountEventType> = { type: T; data: DataOf<T> };

/** Everything that can happen to an account. */
export type AccountEvent = { [T in AccountEventType]: EventOf<T> }[AccountEventType];

export type Allocation = z.infer<typeof allocation>;
export type CreditSource = z.infer<typeof creditSource>;
export type Place = z.infer<typeof place>;
export type ReversedMovement = z.infer<typeof reversedMovement>;
export type HeldPart = z.infer<typeof heldPart>;
export type ReversedLines = z.infer<typeof reversedLines>;
export type ClaimSettlement = (typeof CLAIM_SETTLEMENTS)[number];
export type AdjustmentCategory = (typeof ADJUSTMENT_CATEGORIES)[number];

/** Where each event keeps the caller's id: what the account's one namespace of ids is keyed by. */
const ENTRY_ID = {
  AccountOpened: 'accountId',
  ChargePosted: 'chargeId',
  PaymentPosted: 'paymentId',
  AdjustmentPosted: 'adjustmentId',
  ResponsibilityTransferred: 'transferId',
  DenialRecorded: 'denialId',
  DenialAppealed: 'appealId',
  DenialResolved: 'resolutionId',
  CreditApplied: 'allocationId',
  RefundIssued: 'refundId',
  EntryReversed: 'reversalId',
  NoteRecorded: 'noteId',
  ClaimAdjudicated: 'adjudicationId',
  AdjudicationContinued: 'continuationId',
} as const satisfies { [T in AccountEventType]: keyof DataOf<T> };

/** The caller's id of an event. */
export function entryIdOf(event: AccountEvent): string {
  return (event.data as Record<string, unknown>)[ENTRY_ID[event.type]] as string;
}

/** The caller's id in data that could not be read as this type of event, if that much can be made out. */
export function entryIdIn(type: AccountEventType, data: unknown): string | undefined {
  const found: unknown = (data as Record<string, unknown> | null | undefined)?.[ENTRY_ID[type]];
  return id.safeParse(found).data;
}

/** The date an event counts from. */
export function effectiveOnOf(event: AccountEvent): string {
  switch (event.type) {
    case 'AccountOpened':
      return event.data.openedOn;
    case 'DenialAppealed':
      return event.data.filedOn;
    case 'ChargePosted':
    case 'PaymentPosted':
    case 'AdjustmentPosted':
    case 'ResponsibilityTransferred':
    case 'DenialRecorded':
    case 'DenialResolved':
    case 'CreditApplied':
    case 'RefundIssued':
    case 'EntryReversed':
    case 'NoteRecorded':
    case 'ClaimAdjudicated':
    case 'AdjudicationContinued':
      return event.data.effectiveOn;
  }
}
