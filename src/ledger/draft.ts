import { type Account, evolve } from './account.js';
import type { AccountCommand } from './commands.js';
import { decide } from './decide.js';
import type { DecisionContext } from './decision.js';
import { type AccountEvent, entryIdOf } from './events.js';
import type { Rejection } from './rejection.js';

/** An event that was decided, with the command that led to it. */
export interface Drafted {
  command: AccountCommand;
  event: AccountEvent;
}

/**
 * Commands on one account, decided one after the other on the state that each leaves, to be appended together or not at
 * all. Folds into the account that it is given.
 */
export class Draft {
  readonly drafted: Drafted[] = [];
  /** Set when nothing of it is to be appended. */
  abandoned = false;
  readonly #context: DecisionContext;

  constructor(
    readonly account: Account,
    context: DecisionContext,
  ) {
    this.#context = { ...context, recorded: (entryId) => this.#own(entryId) ?? context.recorded(entryId) };
  }

  /** An earlier event by its entry id: one of this draft, or one that the plan asked for. */
  recorded(entryId: string): AccountEvent | undefined {
    return this.#context.recorded(entryId);
  }

  /**
   * Decides a command and folds what follows. One that was carried out before leads to nothing more.
   *
   * @returns why a rule says no, having changed nothing
   */
  carryOut(command: AccountCommand): Rejection | undefined {
    const decision = decide(this.account, command, this.#context);
    if ('rejected' in decision) return decision.rejected;
    if ('already' in decision) return undefined;
    for (const event of decision.accepted) {
      evolve(this.account, event);
      this.drafted.push({ command, event });
    }
    return undefined;
  }

  /**
   * Carries commands out one after the other, up to the first that is refused.
   *
   * @returns why a rule says no; what came before that one stays in the draft
   */
  carryOutAll(commands: Iterable<AccountCommand>): Rejection | undefined {
    for (const command of commands) {
      const rejected = this.carryOut(command);
      if (rejected) return rejected;
    }
    return undefined;
  }

  #own(entryId: string): AccountEvent | undefined {
    return this.drafted.find(({ event }) => entryIdOf(event) === entryId)?.event;
  }
}

/** What is to be done to one account in one append. */
export interface Plan<T> {
  accountId: string;
  /**
   * Ids of earlier entries whose events it must see: those behind reversals, and of commands that may have been carried
   * out before, to tell a repetition from another use of the id. Those that are not there are left out.
   */
  needs: (account: Account) => Iterable<string>;
  /** Fills the draft. Called again on the account as it is then when another process was faster. */
  carryOut: (draft: Draft) => T;
}
