import { expect } from '@jest/globals';
import {
  type Account,
  type EntryRef,
  balanceOf,
  evolve,
  sharesOf,
  unopenedAccount,
} from '../../src/ledger/account.js';
import type { AccountCommand } from '../../src/ledger/commands.js';
import { decide, recordedEventsNeeded } from '../../src/ledger/decide.js';
import type { Decision } from '../../src/ledger/decision.js';
import {
  type AccountEvent,
  type CreditSource,
  type DataOf,
  type EventOf,
  type Place,
  accountEventData,
  entryIdOf,
} from '../../src/ledger/events.js';
import { formatMoney } from '../../src/ledger/money.js';
import type { PayerPosition, Party, PayerInPosition, Patient } from '../../src/ledger/party.js';
import type { Rejection, RejectionCode } from '../../src/ledger/rejection.js';
import type { AppealDenial } from '../../src/ledger/rules/appeal-denial.js';
import type { ApplyCredit } from '../../src/ledger/rules/apply-credit.js';
import type { ContinueAdjudication } from '../../src/ledger/rules/continue-adjudication.js';
import type { IssueRefund } from '../../src/ledger/rules/issue-refund.js';
import type { OpenAccount } from '../../src/ledger/rules/open-account.js';
import type { PostAdjustment } from '../../src/ledger/rules/post-adjustment.js';
import type { PostCharge } from '../../src/ledger/rules/post-charge.js';
import type { PostPayment } from '../../src/ledger/rules/post-payment.js';
import type { RecordAdjudication } from '../../src/ledger/rules/record-adjudication.js';
import type { RecordDenial } from '../../src/ledger/rules/record-denial.js';
import type { RecordNote } from '../../src/ledger/rules/record-note.js';
import type { ResolveDenial } from '../../src/ledger/rules/resolve-denial.js';
import type { ReverseEntry } from '../../src/ledger/rules/reverse-entry.js';
import type { TransferResponsibility } from '../../src/ledger/rules/transfer-responsibility.js';

/*
 * What ledger specs are written in: fixed commands and events, and `given(…).when(…).then(…)`.
 * Everything happens on account A1, in US dollars, on TODAY, unless a spec says otherwise.
 */

export const ACCOUNT = 'A1';
export const TODAY = '2026-03-01';

// ---- parties

export const PATIENT: Patient = { party: 'patient' };
export const ACME: PayerInPosition = payer('ACME');
export const ZENITH: PayerInPosition = payer('ZENITH', 'secondary');

export function payer(payerId: string, position: PayerPosition = 'primary'): PayerInPosition {
  return { party: 'payer', payerId, position };
}

// ---- commands: what a caller sends when it sends only what is required

type Given<C> = Partial<Omit<C, 'type' | 'accountId'>>;

export function openAccount(given: Partial<Omit<OpenAccount, 'type'>> = {}): OpenAccount {
  return { type: 'OpenAccount', accountId: ACCOUNT, openedOn: '2026-01-01', ...given };
}

export function postCharge(given: Given<PostCharge> = {}): PostCharge {
  return {
    type: 'PostCharge',
    accountId: ACCOUNT,
    chargeId: 'C1',
    serviceDate: '2026-01-05',
    amount: '100.00',
    code: { system: 'CPT', value: '99213' },
    responsible: PATIENT,
    ...given,
  };
}

export function postPayment(given: Given<PostPayment> = {}): PostPayment {
  return {
    type: 'PostPayment',
    accountId: ACCOUNT,
    paymentId: 'P1',
    amount: '40.00',
    from: PATIENT,
    method: 'check',
    ...given,
  };
}

/** A payment allocated to one charge as a whole. */
export function payCharge(
  amount: string,
  given: Given<PostPayment> & { chargeId?: string } = {},
): PostPayment {
  const { chargeId = 'C1', ...rest } = given;
  return postPayment({ amount, allocations: [{ chargeId, amount }], ...rest });
}

/** An adjustment of one charge. */
export function postAdjustment(
  given: Given<PostAdjustment> & { chargeId?: string; responsible?: Party } = {},
): PostAdjustment {
  const { chargeId = 'C1', responsible, ...rest } = given;
  const amount = given.amount ?? '30.00';
  return {
    type: 'PostAdjustment',
    accountId: ACCOUNT,
    adjustmentId: 'ADJ1',
    category: 'contractual',
    amount,
    allocations: [{ chargeId, amount, ...(responsible && { responsible }) }],
    ...rest,
  };
}

export function writeOff(
  amount: string,
  given: Given<PostAdjustment> & { chargeId?: string; responsible?: Party } = {},
) {
  return postAdjustment({ adjustmentId: 'BD1', category: 'bad_debt', amount, ...given });
}

export function transferResponsibility(given: Given<TransferResponsibility> = {}): TransferResponsibility {
  return {
    type: 'TransferResponsibility',
    accountId: ACCOUNT,
    transferId: 'T1',
    chargeId: 'C1',
    amount: '25.00',
    from: ACME,
    to: PATIENT,
    ...given,
  };
}

export function recordDenial(given: Given<RecordDenial> = {}): RecordDenial {
  return {
    type: 'RecordDenial',
    accountId: ACCOUNT,
    denialId: 'D1',
    payerId: 'ACME',
    lines: [{ chargeId: 'C1', amount: '60.00', groupCode: 'CO', reasonCode: '197' }],
    ...given,
  };
}

export function appealDenial(given: Given<AppealDenial> = {}): AppealDenial {
  return {
    type: 'AppealDenial',
    accountId: ACCOUNT,
    appealId: 'AP1',
    denialId: 'D1',
    level: 1,
    filedOn: '2026-02-20',
    ...given,
  };
}

export function resolveDenial(given: Given<ResolveDenial> = {}): ResolveDenial {
  return {
    type: 'ResolveDenial',
    accountId: ACCOUNT,
    resolutionId: 'RS1',
    denialId: 'D1',
    outcome: 'upheld',
    ...given,
  };
}

export function applyCredit(given: Given<ApplyCredit> = {}): ApplyCredit {
  return {
    type: 'ApplyCredit',
    accountId: ACCOUNT,
    allocationId: 'X1',
    allocations: [{ chargeId: 'C1', amount: '10.00' }],
    ...given,
  };
}

export function issueRefund(given: Given<IssueRefund> = {}): IssueRefund {
  return {
    type: 'IssueRefund',
    accountId: ACCOUNT,
    refundId: 'RF1',
    amount: '15.00',
    to: PATIENT,
    method: 'check',
    ...given,
  };
}

export function reverseEntry(given: Given<ReverseEntry> = {}): ReverseEntry {
  return {
    type: 'ReverseEntry',
    accountId: ACCOUNT,
    reversalId: 'R1',
    reverses: 'P1',
    reason: 'posting_error',
    ...given,
  };
}

export function recordNote(given: Given<RecordNote> = {}): RecordNote {
  return {
    type: 'RecordNote',
    accountId: ACCOUNT,
    noteId: 'N1',
    kind: 'call',
    text: 'asked for an itemised bill',
    ...given,
  };
}

const REMITTANCE_ID = '5f2c9a41b7d0e83664c1fa0973be25d8';

/** What a remittance of ACME says of its first claim, of which one charge is known. */
export function recordAdjudication(given: Given<RecordAdjudication> = {}): RecordAdjudication {
  return {
    type: 'RecordAdjudication',
    accountId: ACCOUNT,
    adjudicationId: `835.${REMITTANCE_ID}.1`,
    effectiveOn: TODAY,
    remittance: { id: REMITTANCE_ID, claim: 1, segment: 12 },
    payerId: 'ACME',
    position: 'primary',
    trace: { number: 'TRN-0042', payerId: '1123456789' },
    claimId: 'CLM-1',
    payerClaimNumber: '94060555410000',
    status: '1',
    charge: '100.00',
    paid: '80.00',
    lines: [
      {
        line: 1,
        segment: 18,
        procedure: { qualifier: 'HC', code: '99213', modifiers: [] },
        serviceDate: '2026-01-05',
        charge: '100.00',
        paid: '80.00',
        adjustments: [{ group: 'CO', reason: '45', amount: '20.00' }],
        remarkCodes: [],
        chargeId: 'C1',
      },
    ],
    settlement: 'posted',
    entries: [],
    held: [],
    ...given,
  };
}

/** Something that was held of that claim is posted. */
export function continueAdjudication(given: Given<ContinueAdjudication> = {}): ContinueAdjudication {
  const { adjudicationId, remittance } = recordAdjudication();
  return {
    type: 'ContinueAdjudication',
    accountId: ACCOUNT,
    continuationId: `${adjudicationId}.c1`,
    adjudicationId,
    effectiveOn: TODAY,
    remittance,
    because: 'released',
    entries: [],
    held: [],
    ...given,
  };
}

// ---- events: what those commands lead to

export function accountOpened(data: Partial<DataOf<'AccountOpened'>> = {}): EventOf<'AccountOpened'> {
  return {
    type: 'AccountOpened',
    data: { accountId: ACCOUNT, openedOn: '2026-01-01', currency: 'USD', entity: 'main', ...data },
  };
}

export function chargePosted(data: Partial<DataOf<'ChargePosted'>> = {}): EventOf<'ChargePosted'> {
  const { type: _, accountId: __, ...given } = postCharge();
  return { type: 'ChargePosted', data: { effectiveOn: TODAY, currency: 'USD', ...given, ...data } };
}

export function paymentPosted(data: Partial<DataOf<'PaymentPosted'>> = {}): EventOf<'PaymentPosted'> {
  const { type: _, accountId: __, allocations: ___, ...given } = postPayment();
  return {
    type: 'PaymentPosted',
    data: { effectiveOn: TODAY, currency: 'USD', ...given, allocations: [], ...data },
  };
}

export function adjustmentPosted(
  data: Partial<DataOf<'AdjustmentPosted'>> = {},
): EventOf<'AdjustmentPosted'> {
  const amount = data.amount ?? '30.00';
  return {
    type: 'AdjustmentPosted',
    data: {
      effectiveOn: TODAY,
      currency: 'USD',
      adjustmentId: 'ADJ1',
      category: 'contractual',
      direction: 'credit',
      amount,
      allocations: [{ chargeId: 'C1', amount, responsible: PATIENT }],
      ...data,
    },
  };
}

export function responsibilityTransferred(
  data: Partial<DataOf<'ResponsibilityTransferred'>> = {},
): EventOf<'ResponsibilityTransferred'> {
  const { type: _, accountId: __, ...given } = transferResponsibility();
  return {
    type: 'ResponsibilityTransferred',
    data: { effectiveOn: TODAY, currency: 'USD', ...given, ...data },
  };
}

export function denialRecorded(data: Partial<DataOf<'DenialRecorded'>> = {}): EventOf<'DenialRecorded'> {
  const { type: _, accountId: __, ...given } = recordDenial();
  return { type: 'DenialRecorded', data: { effectiveOn: TODAY, currency: 'USD', ...given, ...data } };
}

export function denialAppealed(data: Partial<DataOf<'DenialAppealed'>> = {}): EventOf<'DenialAppealed'> {
  const { type: _, accountId: __, ...given } = appealDenial();
  return { type: 'DenialAppealed', data: { ...given, ...data } };
}

export function denialResolved(data: Partial<DataOf<'DenialResolved'>> = {}): EventOf<'DenialResolved'> {
  const { type: _, accountId: __, ...given } = resolveDenial();
  return { type: 'DenialResolved', data: { effectiveOn: TODAY, ...given, ...data } };
}

export function creditApplied(data: Partial<DataOf<'CreditApplied'>> = {}): EventOf<'CreditApplied'> {
  return {
    type: 'CreditApplied',
    data: {
      effectiveOn: TODAY,
      currency: 'USD',
      allocationId: 'X1',
      allocations: [{ chargeId: 'C1', amount: '10.00', responsible: PATIENT }],
      applied: [
        {
          chargeId: 'C1',
          amount: '10.00',
          responsible: PATIENT,
          source: { paymentId: 'P1' },
          owner: PATIENT,
        },
      ],
      ...data,
    },
  };
}

export function refundIssued(data: Partial<DataOf<'RefundIssued'>> = {}): EventOf<'RefundIssued'> {
  const { type: _, accountId: __, ...given } = issueRefund();
  return {
    type: 'RefundIssued',
    data: {
      effectiveOn: TODAY,
      currency: 'USD',
      ...given,
      refunded: [{ source: { paymentId: 'P1' }, owner: PATIENT, amount: data.amount ?? '15.00' }],
      ...data,
    },
  };
}

export function entryReversed(data: Partial<DataOf<'EntryReversed'>> = {}): EventOf<'EntryReversed'> {
  const { type: _, accountId: __, ...given } = reverseEntry();
  return {
    type: 'EntryReversed',
    data: { effectiveOn: TODAY, currency: 'USD', ...given, amount: '40.00', movements: [], ...data },
  };
}

export function noteRecorded(data: Partial<DataOf<'NoteRecorded'>> = {}): EventOf<'NoteRecorded'> {
  const { type: _, accountId: __, ...given } = recordNote();
  return { type: 'NoteRecorded', data: { effectiveOn: TODAY, ...given, ...data } };
}

export function claimAdjudicated(
  data: Partial<DataOf<'ClaimAdjudicated'>> = {},
): EventOf<'ClaimAdjudicated'> {
  const { type: _, accountId: __, ...given } = recordAdjudication();
  return { type: 'ClaimAdjudicated', data: { ...given, currency: 'USD', ...data } };
}

export function adjudicationContinued(
  data: Partial<DataOf<'AdjudicationContinued'>> = {},
): EventOf<'AdjudicationContinued'> {
  const { type: _, accountId: __, ...given } = continueAdjudication();
  return { type: 'AdjudicationContinued', data: { ...given, currency: 'USD', ...data } };
}

// ---- places in the books

export const CASH: Place = { account: 'Assets:Cash' };
export const BAD_DEBT: Place = { account: 'Expenses:BadDebt' };
export const CHARGES: Place = { account: 'Income:Charges' };
export const CLEARING: Place = { account: 'Assets:RemittanceClearing' };
export const CONTROL: Place = { account: 'Assets:PayerControl' };

/** A party's share of a charge; `since` where the movement opens (or closes) a part. */
export function shareOf(party: Party, chargeId = 'C1', since?: string): Place {
  const account = party.party === 'patient' ? 'Assets:Receivable:Patient' : 'Assets:Receivable:Payer';
  return { account, chargeId, party, ...(since === undefined ? {} : { since }) };
}

/** What a payment left unapplied. */
export function unappliedOf(
  paymentId = 'P1',
  owner: Extract<Place, { owner: unknown }>['owner'] = PATIENT,
): Place {
  return { account: 'Liabilities:Unapplied', paymentId, owner };
}

/** A mirrored movement of a reversal. */
export function mirror(of: string, debit: Place, credit: Place, amount: string, effectiveOn = TODAY) {
  return { of, debit, credit, amount, effectiveOn };
}

// ---- an account in memory

/** An account and its stream: the road of a command without a store. */
export class AccountInMemory {
  readonly events: AccountEvent[] = [];
  readonly account: Account = unopenedAccount();

  constructor(history: readonly (AccountCommand | AccountEvent)[] = []) {
    for (const step of history) {
      if ('data' in step) this.append(step);
      else this.carryOut(step);
    }
  }

  append(event: AccountEvent): void {
    this.events.push(event);
    evolve(this.account, event);
  }

  /** Decides with nothing at hand but the events that the ledger asked for. */
  decide(command: AccountCommand, today = TODAY): Decision {
    const needed = new Map<string, AccountEvent>();
    for (const { revision } of recordedEventsNeeded(this.account, command)) {
      const event = this.events[revision]!;
      needed.set(entryIdOf(event), event);
    }
    return decide(this.account, command, { today, recorded: (id) => needed.get(id) });
  }

  /** Decides and appends; a refusal is a mistake of the spec. */
  carryOut(command: AccountCommand, today = TODAY): void {
    const decision = this.decide(command, today);
    if (!('accepted' in decision)) {
      throw new Error(`${command.type} was to be history, but: ${JSON.stringify(decision)}`);
    }
    decision.accepted.forEach((event) => this.append(event));
  }

  /** The account's money as a spec reads it; what is zero is left out. */
  books(): Books {
    const format = (amount: Parameters<typeof formatMoney>[0]): string =>
      formatMoney(amount, this.account.currency);
    const books: Books = { balance: format(balanceOf(this.account)) };
    for (const share of sharesOf(this.account)) {
      const name = `${share.chargeId} ${nameOf(share.party)}`;
      if (!share.balance.isZero()) (books.shares ??= {})[name] = format(share.balance);
      if (!share.writtenOff.isZero()) (books.writtenOff ??= {})[name] = format(share.writtenOff);
    }
    for (const [paymentId, { unapplied }] of this.account.credits) {
      if (!unapplied.isZero()) (books.unapplied ??= {})[paymentId] = format(unapplied);
    }
    return books;
  }
}

export interface Books {
  balance: string;
  /** By charge and party: `C1 patient`, `C1 ACME primary`. */
  shares?: Record<string, string>;
  writtenOff?: Record<string, string>;
  /** By payment. */
  unapplied?: Record<string, string>;
}

function nameOf(party: Party): string {
  return party.party === 'patient' ? 'patient' : `${party.payerId} ${party.position}`;
}

// ---- given, when, then

/** An account opened in US dollars, with this history. */
export function given(...history: (AccountCommand | AccountEvent)[]): History {
  return new History([accountOpened(), ...history]);
}

/** An account opened otherwise, or not at all. */
export function givenOnly(...history: (AccountCommand | AccountEvent)[]): History {
  return new History(history);
}

class History {
  constructor(private readonly history: readonly (AccountCommand | AccountEvent)[]) {}

  /** The money as it stands. */
  books(): Books {
    return new AccountInMemory(this.history).books();
  }

  when(command: AccountCommand, on = { today: TODAY }): Outcome {
    return new Outcome(new AccountInMemory(this.history), command, on.today);
  }
}

class Outcome {
  readonly decision: Decision;

  constructor(
    private readonly ledger: AccountInMemory,
    command: AccountCommand,
    today: string,
  ) {
    this.decision = ledger.decide(command, today);
  }

  /** Exactly these events, and each can be stored. */
  then(...events: AccountEvent[]): this {
    expect(this.decision).toStrictEqual({ accepted: events });
    for (const { type, data } of events) {
      expect(accountEventData[type].parse(JSON.parse(JSON.stringify(data)))).toStrictEqual(data);
    }
    return this;
  }

  /** Accepted, and this is how the money stands then. */
  thenBooks(books: Books): this {
    if (!('accepted' in this.decision)) expect(this.decision).toEqual({ accepted: expect.anything() });
    else this.decision.accepted.forEach((event) => this.ledger.append(event));
    expect(this.ledger.books()).toEqual(books);
    return this;
  }

  /** Nothing happens: it was carried out before, by the event at this place. */
  thenNothing(already?: EntryRef): void {
    expect(this.decision).toEqual({ already: already ?? expect.anything() });
  }

  thenRejected<C extends RejectionCode>(
    code: C,
    facts?: Omit<Extract<Rejection, { code: C }>, 'code'>,
  ): void {
    expect(this.decision).toEqual({
      rejected: facts ? { code, ...facts } : expect.objectContaining({ code }),
    });
  }
}

/** A source of credit, for short. */
export const fromPayment = (paymentId: string): CreditSource => ({ paymentId });
export const fromShare = (chargeId: string, party: Party): CreditSource => ({ chargeId, party });
