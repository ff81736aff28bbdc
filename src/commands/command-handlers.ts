import type { Type } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { AccountRequest } from './account-request.js';
import { COMMAND_CLASSES, toAccountCommand } from './command-classes.js';
import type { Outcome } from './receipt.js';
import { Accounts } from './transact.js';

/** The handler of a command: all of them do the same, `transact` does the work. */
function handlerOf(commandClass: new () => AccountRequest): Type<ICommandHandler<AccountRequest>> {
  @CommandHandler(commandClass)
  class Handler implements ICommandHandler<AccountRequest> {
    constructor(private readonly accounts: Accounts) {}

    execute(request: AccountRequest): Promise<Outcome> {
      return this.accounts.transact(toAccountCommand(request), request.sender);
    }
  }
  Object.defineProperty(Handler, 'name', { value: `${commandClass.name}Handler` });
  return Handler;
}

export const commandHandlers = Object.values(COMMAND_CLASSES).map(handlerOf);
