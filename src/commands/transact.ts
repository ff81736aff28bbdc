import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import { type EventStore, StoreUnavailable } from '../event-store/event-store.js';
import { ProblemError } from '../http/problem.js';
import type { AccountCommand } from '../ledger/commands.js';
import type { Plan } from '../ledger/draft.js';
import { inSpan } from '../spans.js';
import { AccountAppend } from './account-append.js';
import { AccountLoading } from './account-loading.js';
import { carryOutCommand } from './carry-out-command.js';
import { carryOutPlan } from './carry-out-plan.js';
import type { ClockGuard } from './clock-guard.js';
import { FoldedAccounts } from './folded-accounts.js';
import type { Means } from './means.js';
import type { Posted } from './posted.js';
import type { Outcome } from './receipt.js';
import type { AppendObserver } from './recording-append.js';
import { AccountBusy, ClockOutOfStep, CommandRejected, EventTooLarge, RevisionMismatch } from './refusals.js';
import type { Sender } from './sender.js';
import { type SnapshotStore, SnapshotUnreadable } from './snapshots.js';
import { Today } from './today.js';
import { Turns } from './turns.js';

/** Each command on a store that is away takes its time to fail: those behind it would wait for all of them. */
const QUEUED_MS_MAX = 5_000;

/** Injection token of what is told about commands. */
export const TRANSACT_OBSERVER = Symbol('TransactObserver');

/** What is told about commands, for metrics. */
export interface TransactObserver extends AppendObserver {
  retried(): void;
  /** @param result `appended`, `already`, or the code of what refused it */
  finished(type: AccountCommand['type'], result: string): void;
}

export interface AccountsOptions {
  store: EventStore;
  clock: Clock;
  timeZone: string;
  snapshots: SnapshotStore;
  log: Logger;
  observer?: TransactObserver;
  /** Left out, the clock is believed. */
  clockGuard?: ClockGuard;
  /** A command that has waited longer for its turn is not sent to a store that was away for those before it. */
  queuedMsMax?: number;
  /** Entries of folded accounts kept in memory. */
  cachedEntriesMax?: number;
  /** Events from which an account is worth a snapshot. */
  snapshotFrom?: number;
}

/** The accounts, and the one way to change them. */
export class Accounts {
  private readonly turns = new Turns();
  private readonly cache: FoldedAccounts;
  private readonly means: Means;
  private readonly observer: TransactObserver | undefined;
  private readonly queuedMsMax: number;
  private readonly log: Logger;
  /** When a command found the store away, unless one has gone well since. */
  private storeAwayAt: number | undefined;

  constructor(options: AccountsOptions) {
    const { store, clock, clockGuard, timeZone, snapshots, log, observer } = options;
    this.observer = observer;
    this.log = log;
    this.queuedMsMax = options.queuedMsMax ?? QUEUED_MS_MAX;
    this.cache = new FoldedAccounts(options.cachedEntriesMax ?? 500_000);
    this.means = {
      loading: new AccountLoading(
        store,
        snapshots,
        log,
        options.snapshotFrom ?? (snapshots.isAtHand ? 200 : 1000),
      ),
      appending: new AccountAppend({ store, clock, clockGuard, observer }),
      today: new Today(clock, timeZone),
      onRetry: observer && (() => observer.retried()),
    };
  }

  /**
   * Carries a command out on its account: decides on the folded account and appends the events, after every command
   * on that account that came before. Commands on different accounts go on side by side.
   *
   * @throws CommandRejected when a rule says no
   * @throws RevisionMismatch when the account is not at the revision the sender asks for
   * @throws AccountBusy when other processes were faster again and again
   * @throws ClockOutOfStep when nothing may be recorded by this process's clock
   * @throws EventTooLarge when the store takes no event of that size
   * @throws EventLogDamaged when events are missing in the stream of the account
   * @throws StoreUnavailable when the store is away; the command may or may not have been kept, repeating it is safe
   */
  transact(command: AccountCommand, sender: Sender = {}): Promise<Outcome> {
    const askedAt = performance.now();
    const outcome = inSpan(`transact ${command.type}`, {}, () =>
      this.turns.take(command.accountId, () => this.inTurn(askedAt, () => this.carryOut(command, sender))),
    );
    const { observer } = this;
    if (observer) {
      outcome.then(
        ({ appended }) => observer.finished(command.type, appended ? 'appended' : 'already'),
        (error: unknown) =>
          observer.finished(command.type, error instanceof ProblemError ? error.message : 'failed'),
      );
    }
    return outcome;
  }

  /**
   * Carries out several commands on one account, all in one append or none of them, after everything on that account
   * that came before. Posting the same plan again leads to the same ids; what the plan must do then is the plan's to
   * see on the account.
   *
   * @throws AccountBusy when other processes were faster again and again
   * @throws ClockOutOfStep when nothing may be recorded by this process's clock
   * @throws EventTooLarge when the store takes no append of that size
   * @throws EventLogDamaged when events are missing in the stream of the account
   * @throws StoreUnavailable when the store is away; all of it may have been kept or none, repeating is safe
   */
  post<T>(plan: Plan<T>, sender: Omit<Sender, 'ifRevision'> = {}): Promise<Posted<T>> {
    const askedAt = performance.now();
    return inSpan('post', {}, () =>
      this.turns.take(plan.accountId, () => this.inTurn(askedAt, () => this.carryOutPlan(plan, sender))),
    );
  }

  /** Resolves when the commands and snapshots under way are done. */
  async idle(): Promise<void> {
    await this.turns.idle();
    await this.means.loading.idle();
  }

  /**
   * Does what has waited for its turn, unless the store was away for those before it; once more when it came upon a
   * snapshot that could not be read on, for doing it again is safe.
   */
  private async inTurn<R>(askedAt: number, work: () => Promise<R>, isAgain = false): Promise<R> {
    const { storeAwayAt = -Infinity } = this;
    if (storeAwayAt > askedAt && performance.now() - askedAt > this.queuedMsMax) {
      throw new StoreUnavailable('the event store did not answer the commands before this one');
    }
    try {
      const result = await work();
      this.storeAwayAt = undefined;
      return result;
    } catch (error) {
      if (error instanceof SnapshotUnreadable && !isAgain) {
        this.log.warn('a snapshot could not be read on, its account is loaded anew');
        return this.inTurn(askedAt, work, true);
      }
      if (error instanceof StoreUnavailable) this.storeAwayAt = performance.now();
      throw error;
    }
  }

  private async carryOut(command: AccountCommand, sender: Sender): Promise<Outcome> {
    const { accountId } = command;
    const cached = this.cache.get(accountId);
    const folded = cached ?? (await this.means.loading.load(accountId));
    try {
      const outcome = await carryOutCommand(this.means, folded, cached === undefined, command, sender);
      this.cache.keep(accountId, folded);
      return outcome;
    } catch (error) {
      // After anything unforeseen the state may be half folded. Accounts that do not exist must not fill the cache.
      if (isForeseen(error) && folded.events > 0) this.cache.keep(accountId, folded);
      else this.cache.drop(accountId);
      throw error;
    }
  }

  private async carryOutPlan<T>(plan: Plan<T>, sender: Sender): Promise<Posted<T>> {
    const { accountId } = plan;
    const cached = this.cache.get(accountId);
    // A draft folds into the account before anything is kept: it counts as known again only when all went well.
    this.cache.drop(accountId);
    const { posted, folded } = await carryOutPlan(this.means, cached, plan, sender);
    if (folded.events > 0 && !folded.isAhead) this.cache.keep(accountId, folded);
    return posted;
  }
}

function isForeseen(error: unknown): boolean {
  return (
    error instanceof CommandRejected ||
    error instanceof RevisionMismatch ||
    error instanceof AccountBusy ||
    error instanceof ClockOutOfStep ||
    error instanceof EventTooLarge ||
    error instanceof StoreUnavailable
  );
}
