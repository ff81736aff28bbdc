import { type Account, evolve, unopenedAccount } from '../../src/ledger/account.js';
import type { AccountCommand } from '../../src/ledger/commands.js';
import { decide } from '../../src/ledger/decide.js';
import type { Decision } from '../../src/ledger/decision.js';
import { type AccountEvent, entryIdOf } from '../../src/ledger/events.js';

/** All accounts in memory, for tests that send many commands through the rules alone. */
export class RuleBook {
  readonly accounts = new Map<string, { account: Account; events: Map<string, AccountEvent> }>();

  /** Decides a command and keeps what it led to. */
  send(command: AccountCommand): Decision {
    const book = this.accounts.get(command.accountId) ?? { account: unopenedAccount(), events: new Map() };
    this.accounts.set(command.accountId, book);
    const decision = decide(book.account, command, {
      today: '2099-01-01',
      recorded: (id) => book.events.get(id),
    });
    if ('accepted' in decision) {
      for (const event of decision.accepted) {
        evolve(book.account, event);
        book.events.set(entryIdOf(event), event);
      }
    }
    return decision;
  }

  /** Sends a command that the rules have to accept, and gives its events. */
  accepted(command: AccountCommand): AccountEvent[] {
    const decision = this.send(command);
    if (!('accepted' in decision)) throw new Error(`${JSON.stringify(command)}: ${JSON.stringify(decision)}`);
    return decision.accepted;
  }
}
