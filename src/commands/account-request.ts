import { Command } from '@nestjs/cqrs';
import { IdField } from '../http/value-fields.js';
import type { AccountCommand, OpenCommandType } from '../ledger/commands.js';
import type { Outcome } from './receipt.js';
import type { Sender } from './sender.js';

/** The fields of a command of the ledger. */
export type FieldsOf<T extends OpenCommandType> = Omit<Extract<AccountCommand, { type: T }>, 'type'>;

/**
 * A command as it is asked for: its fields, checked, and who sent it. One class a command, since `@nestjs/cqrs`
 * dispatches by class; the class is also the declaration that requests are checked against and OpenAPI is made of.
 */
export abstract class AccountRequest extends Command<Outcome> {
  @IdField({ description: 'Over HTTP it is part of the path.' })
  accountId!: string;

  /** Set by the door; no field of a request. */
  sender?: Sender;
}
