import { type Account, type EntryRef, isOpened } from './account.js';
import { type AccountCommand, EVENT_OF, amountsOf, commandIdOf } from './commands.js';
import { type Decision, type DecisionContext, reject } from './decision.js';
import { amountFault } from './money.js';
import type { FieldError } from './rejection.js';
import { appealDenial } from './rules/appeal-denial.js';
import { applyCredit } from './rules/apply-credit.js';
import { continueAdjudication } from './rules/continue-adjudication.js';
import { issueRefund } from './rules/issue-refund.js';
import { openAccount } from './rules/open-account.js';
import { postAdjustment } from './rules/post-adjustment.js';
import { postCharge } from './rules/post-charge.js';
import { postPayment } from './rules/post-payment.js';
import { recordAdjudication } from './rules/record-adjudication.js';
import { recordDenial } from './rules/record-denial.js';
import { recordNote } from './rules/record-note.js';
import { resolveDenial } from './rules/resolve-denial.js';
import { eventsBehindReversal, reverseEntry } from './rules/reverse-entry.js';
import { transferResponsibility } from './rules/transfer-responsibility.js';
import { differingFields } from './same-content.js';

/**
 * The earlier events that {@link decide} must see, by entry id: the one a repeated command is compared with, and those
 * behind an entry that is to be reversed.
 */
export function recordedEventsNeeded(account: Account, command: AccountCommand): EntryRef[] {
  const ids = [commandIdOf(command)];
  if (command.type === 'ReverseEntry') ids.push(...eventsBehindReversal(account, command.reverses));
  return ids.map((id) => refOf(account, command, id)).filter((ref) => ref !== undefined);
}

/**
 * Decides a command on a folded account: the table of contents of the rules. Pure; in order of precedence: account
 * known, lists and amounts well-formed in its currency, id new (else the earlier result or `id_already_used`), then
 * the rule.
 */
export function decide(account: Account, command: AccountCommand, context: DecisionContext): Decision {
  if (command.type !== 'OpenAccount' && !isOpened(account)) {
    return reject({ code: 'account_not_found', accountId: command.accountId });
  }
  const errors = [...emptyListErrors(command), ...amountErrors(command, account.currency)];
  if (errors.length > 0) return reject({ code: 'validation_failed', errors });
  const earlier = refOf(account, command, commandIdOf(command));
  if (earlier) return repeated(earlier, command, context);
  const given = withoutUndefined(command);
  switch (given.type) {
    case 'OpenAccount':
      return openAccount(given, context);
    case 'PostCharge':
      return postCharge(account, given, context);
    case 'PostPayment':
      return postPayment(account, given, context);
    case 'PostAdjustment':
      return postAdjustment(account, given, context);
    case 'TransferResponsibility':
      return transferResponsibility(account, given, context);
    case 'RecordDenial':
      return recordDenial(account, given, context);
    case 'AppealDenial':
      return appealDenial(account, given);
    case 'ResolveDenial':
      return resolveDenial(account, given, context);
    case 'ApplyCredit':
      return applyCredit(account, given, context);
    case 'IssueRefund':
      return issueRefund(account, given, context);
    case 'ReverseEntry':
      return reverseEntry(account, given, context);
    case 'RecordNote':
      return recordNote(given, context);
    case 'RecordAdjudication':
      return recordAdjudication(account, given);
    case 'ContinueAdjudication':
      return continueAdjudication(account, given);
  }
}

/** An account is opened by the first event of its stream; its id is not one of the ids inside the account. */
function refOf(account: Account, command: AccountCommand, id: string): EntryRef | undefined {
  if (command.type !== 'OpenAccount') return account.entries.get(id);
  return isOpened(account) ? { revision: 0, type: 'AccountOpened' } : undefined;
}

function repeated(earlier: EntryRef, command: AccountCommand, context: DecisionContext): Decision {
  const id = commandIdOf(command);
  const { type, accountId: _, ...given } = command;
  const stored = context.recorded(id)?.data;
  // What was stored may not be readable any more: then nobody can say that it is the same.
  const fields = stored === undefined ? Object.keys(given) : differingFields(given, stored);
  const differs = earlier.type === EVENT_OF[type] ? fields : ['type'];
  if (differs.length === 0) return { already: earlier };
  return reject({ code: 'id_already_used', id, usedBy: earlier.type, differs });
}

/** Lists without which a command says nothing; an adjustment's must sum to its amount anyway. */
function emptyListErrors(command: AccountCommand): FieldError[] {
  const empty = (field: string, list: readonly unknown[] | undefined): FieldError[] =>
    list?.length === 0 ? [{ field, message: 'must not be empty' }] : [];
  switch (command.type) {
    case 'ApplyCredit':
    case 'ReverseEntry':
      return empty('allocations', command.allocations);
    case 'RecordDenial':
      return empty('lines', command.lines);
    case 'OpenAccount':
    case 'PostCharge':
    case 'PostPayment':
    case 'PostAdjustment':
    case 'TransferResponsibility':
    case 'AppealDenial':
    case 'ResolveDenial':
    case 'IssueRefund':
    case 'RecordNote':
    case 'RecordAdjudication':
    case 'ContinueAdjudication':
      return [];
  }
}

function amountErrors(command: AccountCommand, currency: string): FieldError[] {
  if (currency === '') return [];
  return amountsOf(command).flatMap(([field, amount]) => {
    const message = amountFault(amount, currency, command.type === 'PostCharge');
    return message === undefined ? [] : [{ field, message }];
  });
}

/** Absent and undefined mean the same; spreading over defaults must not tell them apart. */
function withoutUndefined(command: AccountCommand): AccountCommand {
  const fields = command as unknown as Readonly<Record<string, unknown>>;
  const given = Object.keys(fields).filter((name) => fields[name] !== undefined);
  if (given.length === Object.keys(fields).length) return command;
  return Object.fromEntries(given.map((name) => [name, fields[name]])) as unknown as AccountCommand;
}
