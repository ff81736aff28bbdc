import type { AccountEventType } from './events.js';
import type { AppealDenial } from './rules/appeal-denial.js';
import type { ApplyCredit } from './rules/apply-credit.js';
import type { ContinueAdjudication } from './rules/continue-adjudication.js';
import type { IssueRefund } from './rules/issue-refund.js';
import type { OpenAccount } from './rules/open-account.js';
import type { PostAdjustment } from './rules/post-adjustment.js';
import type { PostCharge } from './rules/post-charge.js';
import type { PostPayment } from './rules/post-payment.js';
import type { RecordAdjudication } from './rules/record-adjudication.js';
import type { RecordDenial } from './rules/record-denial.js';
import type { RecordNote } from './rules/record-note.js';
import type { ResolveDenial } from './rules/resolve-denial.js';
import type { ReverseEntry } from './rules/reverse-entry.js';
import type { TransferResponsibility } from './rules/transfer-responsibility.js';

/** Everything that can be asked of an account. */
export type AccountCommand =
  | OpenAccount
  | PostCharge
  | PostPayment
  | PostAdjustment
  | TransferResponsibility
  | RecordDenial
  | AppealDenial
  | ResolveDenial
  | ApplyCredit
  | IssueRefund
  | ReverseEntry
  | RecordNote
  | RecordAdjudication
  | ContinueAdjudication;

export type AccountCommandType = AccountCommand['type'];

/** What others may ask for; the rest follows from remittances only. */
export type OpenCommandType = Exclude<AccountCommandType, 'RecordAdjudication' | 'ContinueAdjudication'>;

/** The event that each command leads to. */
export const EVENT_OF: Readonly<Record<AccountCommandType, AccountEventType>> = {
  OpenAccount: 'AccountOpened',
  PostCharge: 'ChargePosted',
  PostPayment: 'PaymentPosted',
  PostAdjustment: 'AdjustmentPosted',
  TransferResponsibility: 'ResponsibilityTransferred',
  RecordDenial: 'DenialRecorded',
  AppealDenial: 'DenialAppealed',
  ResolveDenial: 'DenialResolved',
  ApplyCredit: 'CreditApplied',
  IssueRefund: 'RefundIssued',
  ReverseEntry: 'EntryReversed',
  RecordNote: 'NoteRecorded',
  RecordAdjudication: 'ClaimAdjudicated',
  ContinueAdjudication: 'AdjudicationContinued',
};

/** The caller's id of a command: its idempotency key within the account. */
export function commandIdOf(command: AccountCommand): string {
  switch (command.type) {
    case 'OpenAccount':
      return command.accountId;
    case 'PostCharge':
      return command.chargeId;
    case 'PostPayment':
      return command.paymentId;
    case 'PostAdjustment':
      return command.adjustmentId;
    case 'TransferResponsibility':
      return command.transferId;
    case 'RecordDenial':
      return command.denialId;
    case 'AppealDenial':
      return command.appealId;
    case 'ResolveDenial':
      return command.resolutionId;
    case 'ApplyCredit':
      return command.allocationId;
    case 'IssueRefund':
      return command.refundId;
    case 'ReverseEntry':
      return command.reversalId;
    case 'RecordNote':
      return command.noteId;
    case 'RecordAdjudication':
      return command.adjudicationId;
    case 'ContinueAdjudication':
      return command.continuationId;
  }
}

/** Every amount that a command carries, by its path in the request. */
export function amountsOf(command: AccountCommand): [path: string, amount: string][] {
  switch (command.type) {
    case 'PostCharge':
    case 'TransferResponsibility':
    case 'IssueRefund':
      return [['amount', command.amount]];
    case 'PostPayment':
    case 'PostAdjustment':
      return [['amount', command.amount], ...eachAmount('allocations', command.allocations)];
    case 'ApplyCredit':
    case 'ReverseEntry':
      return eachAmount('allocations', command.allocations);
    case 'RecordDenial':
      return eachAmount('lines', command.lines);
    case 'OpenAccount':
    case 'AppealDenial':
    case 'ResolveDenial':
    case 'RecordNote':
    case 'RecordAdjudication':
    case 'ContinueAdjudication':
      return [];
  }
}

function eachAmount(name: string, items: readonly { amount: string }[] = []): [string, string][] {
  return items.map((item, i) => [`${name}[${i}].amount`, item.amount]);
}
