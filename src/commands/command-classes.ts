import { checkFields } from '../http/check-fields.js';
import type { AccountCommand, OpenCommandType } from '../ledger/commands.js';
import type { FieldError } from '../ledger/rejection.js';
import type { AccountRequest, FieldsOf } from './account-request.js';
import { AppealDenial } from './appeal-denial.js';
import { ApplyCredit } from './apply-credit.js';
import { IssueRefund } from './issue-refund.js';
import { OpenAccount } from './open-account.js';
import { PostAdjustment } from './post-adjustment.js';
import { PostCharge } from './post-charge.js';
import { PostPayment } from './post-payment.js';
import { RecordDenial } from './record-denial.js';
import { RecordNote } from './record-note.js';
import { ResolveDenial } from './resolve-denial.js';
import { ReverseEntry } from './reverse-entry.js';
import { TransferResponsibility } from './transfer-responsibility.js';

type Classes = { [T in OpenCommandType]: new () => AccountRequest & FieldsOf<T> };

/** Every command by its name. */
export const COMMAND_CLASSES: Classes = {
  OpenAccount,
  PostCharge,
  PostPayment,
  PostAdjustment,
  TransferResponsibility,
  RecordDenial,
  AppealDenial,
  ResolveDenial,
  ApplyCredit,
  IssueRefund,
  ReverseEntry,
  RecordNote,
};

const TYPES = new Map(
  Object.entries(COMMAND_CLASSES).map(
    ([type, commandClass]) => [commandClass, type] as [unknown, OpenCommandType],
  ),
);

/** The command of the ledger that a request asks for. */
export function toAccountCommand(request: AccountRequest): AccountCommand {
  const fields = request as unknown as Readonly<Record<string, unknown>>;
  const command: Record<string, unknown> = { type: TYPES.get(request.constructor) };
  for (const name of Object.keys(fields)) if (name !== 'sender') command[name] = fields[name];
  return command as unknown as AccountCommand;
}

/**
 * Checks a command from outside, `{"type":"PostCharge","accountId":…, …fields}`, as a line of a stream or a file has
 * it.
 *
 * @returns the command, ready for the command bus, or every field that is wrong
 */
export function validateCommand(input: unknown): { command: AccountRequest } | { errors: FieldError[] } {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { errors: [{ field: 'body', message: 'must be a JSON object' }] };
  }
  const { type, ...fields } = input as { type?: unknown };
  if (!isCommandType(type)) {
    const message =
      type === undefined ? 'is required' : `must be one of ${Object.keys(COMMAND_CLASSES).join(', ')}`;
    return { errors: [{ field: 'type', message }] };
  }
  const result = checkFields<AccountRequest>(COMMAND_CLASSES[type], fields);
  return 'errors' in result ? result : { command: result.checked };
}

function isCommandType(type: unknown): type is OpenCommandType {
  return typeof type === 'string' && Object.hasOwn(COMMAND_CLASSES, type);
}
