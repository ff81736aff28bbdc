import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import { accountStream, encode } from '../event-store/codec.js';
import {
  AppendTooLarge,
  EventLogDamaged,
  type EventMetadata,
  type EventStore,
  type Position,
  StoreUnavailable,
  WrongExpectedRevision,
} from '../event-store/event-store.js';
import { ProblemError } from '../http/problem.js';
import { type Account, type EntryRef, isOpened } from '../ledger/account.js';
import type { AccountCommand } from '../ledger/commands.js';
import { decide, recordedEventsNeeded } from '../ledger/decide.js';
import type { Decision } from '../ledger/decision.js';
import { type AccountEvent, entryIdOf } from '../ledger/events.js';
import type { RecordedEvent } from '../ledger/recorded-event.js';
import type { RejectionCode } from '../ledger/rejection.js';
import { inSpan } from '../spans.js';
import { AccountLoading } from './account-loading.js';
import type { ClockGuard } from './clock-guard.js';
import { eventIdOf } from './event-id.js';
import type { FoldedAccount } from './folded-account.js';
import { FoldedAccounts } from './folded-accounts.js';
import { type Outcome, filledIn } from './receipt.js';
import { AccountBusy, ClockOutOfStep, CommandRejected, EventTooLarge, RevisionMismatch } from './refusals.js';
import type { Sender } from './sender.js';
import type { SnapshotStore } from './snapshots.js';
import { Today } from './today.js';
import { Turns } from './turns.js';

const ATTEMPTS_MAX = 10;
const PAUSE_MS_MAX = 100;
const READS_AT_ONCE = 32;
/** Each command on a store that is away takes its time to fail: those behind it would wait for all of them. */
const QUEUED_MS_MAX = 5_000;

/** Injection token of what is told about commands. */
export const TRANSACT_OBSERVER = Symbol('TransactObserver');

/** What is told about commands, for metrics. */
export interface TransactObserver {
  appended(seconds: number): void;
  /** The store was away, full or too slow. */
  appendRefused(): void;
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

type Recalled = RecordedEvent & { id: string };

/** The accounts, and the one way to change them. */
export class Accounts {
  private readonly turns = new Turns();
  private readonly cache: FoldedAccounts;
  private readonly loading: AccountLoading;
  private readonly today: Today;
  private readonly store: EventStore;
  private readonly clock: Clock;
  private readonly clockGuard: ClockGuard | undefined;
  private readonly observer: TransactObserver | undefined;
  private readonly queuedMsMax: number;
  /** When a command found the store away, unless one has gone well since. */
  private storeAwayAt: number | undefined;

  constructor(options: AccountsOptions) {
    const { store, clock, timeZone, snapshots, log, observer } = options;
    this.store = store;
    this.clock = clock;
    this.clockGuard = options.clockGuard;
    this.observer = observer;
    this.queuedMsMax = options.queuedMsMax ?? QUEUED_MS_MAX;
    this.today = new Today(clock, timeZone);
    this.cache = new FoldedAccounts(options.cachedEntriesMax ?? 500_000);
    this.loading = new AccountLoading(store, snapshots, log, options.snapshotFrom ?? 1000);
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
      this.turns.take(command.accountId, () => this.takeTurn(command, sender, askedAt)),
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

  /** Resolves when the commands and snapshots under way are done. */
  async idle(): Promise<void> {
    await this.turns.idle();
    await this.loading.idle();
  }

  private async takeTurn(command: AccountCommand, sender: Sender, askedAt: number): Promise<Outcome> {
    const { storeAwayAt = -Infinity } = this;
    if (storeAwayAt > askedAt && performance.now() - askedAt > this.queuedMsMax) {
      throw new StoreUnavailable('the event store did not answer the commands before this one');
    }
    try {
      const outcome = await this.carryOut(command, sender);
      this.storeAwayAt = undefined;
      return outcome;
    } catch (error) {
      if (error instanceof StoreUnavailable) this.storeAwayAt = performance.now();
      throw error;
    }
  }

  private async carryOut(command: AccountCommand, sender: Sender): Promise<Outcome> {
    const { accountId } = command;
    const cached = this.cache.get(accountId);
    const folded = cached ?? (await this.loading.load(accountId));
    try {
      const outcome = await this.decideAndAppend(folded, cached === undefined, command, sender);
      this.cache.keep(accountId, folded);
      return outcome;
    } catch (error) {
      // After anything unforeseen the state may be half folded. Accounts that do not exist must not fill the cache.
      if (isForeseen(error) && folded.events > 0) this.cache.keep(accountId, folded);
      else this.cache.drop(accountId);
      throw error;
    }
  }

  /** @param isFresh whether the account is as the store has it; else another process may have written since */
  private async decideAndAppend(
    folded: FoldedAccount,
    isFresh: boolean,
    command: AccountCommand,
    sender: Sender,
  ): Promise<Outcome> {
    let caughtUp = 0;
    for (let attempt = 1; ;) {
      const recalled = await this.recall(folded.account, command);
      const decision = decide(folded.account, command, {
        today: this.today.now(),
        recorded: (entryId) => recalled.get(entryId)?.event,
      });
      if ('already' in decision) return repetition(command, decision.already, recalled);
      const refusal = refusalOf(decision, folded.account, command, sender);
      // A refusal is final only on what the store has now.
      if (refusal && isFresh) throw refusal;
      if ('accepted' in decision && !refusal) {
        const outcome = await this.append(folded, command, decision.accepted, sender);
        if (!(outcome instanceof WrongExpectedRevision)) return outcome;
        if (attempt >= ATTEMPTS_MAX)
          throw caughtUp > 0 ? new AccountBusy(attempt) : goneFrom(folded, outcome);
        this.observer?.retried();
        await pause(attempt);
        attempt += 1;
      }
      caughtUp += await this.loading.catchUp(command.accountId, folded);
      isFresh = true;
    }
  }

  /** The earlier events that the rules must see, by entry id; those that cannot be read are missing. */
  private async recall(account: Account, command: AccountCommand): Promise<Map<string, Recalled>> {
    const recalled = new Map<string, Recalled>();
    const revisions = [...new Set(recordedEventsNeeded(account, command).map((ref) => ref.revision))];
    for (let i = 0; i < revisions.length; i += READS_AT_ONCE) {
      const some = revisions.slice(i, i + READS_AT_ONCE);
      const read = await Promise.all(
        some.map((revision) => this.loading.eventAt(command.accountId, revision)),
      );
      for (const recorded of read) if (recorded) recalled.set(entryIdOf(recorded.event), recorded);
    }
    return recalled;
  }

  /** Appends the events and folds them, unless the stream has moved on. */
  private async append(
    folded: FoldedAccount,
    command: AccountCommand,
    events: AccountEvent[],
    sender: Sender,
  ): Promise<Outcome | WrongExpectedRevision> {
    const { accountId } = command;
    const expected = folded.events === 0 ? 'no_stream' : folded.account.revision;
    const now = (await this.clockGuard?.recordingInstant(folded.lastRecordedAt)) ?? this.clock.now();
    const recordedAt = new Date(Math.max(now.getTime(), folded.lastRecordedAt)).toISOString();
    const metadata: EventMetadata = {
      recordedAt,
      ...(sender.actor === undefined ? {} : { actor: sender.actor }),
      ...(sender.correlationId === undefined ? {} : { $correlationId: sender.correlationId }),
    };
    const news = events.map((event, place) => ({
      id: eventIdOf(command, place, event),
      ...encode(event),
      metadata,
    }));
    const started = performance.now();
    try {
      const { revision, position } = await this.store.append(accountStream(accountId), expected, news);
      this.observer?.appended((performance.now() - started) / 1000);
      const due = folded.account.revision + events.length;
      // A stream that was deleted takes a first event again, at the revision after those that are gone.
      if (revision !== due) throw appendedBeyond(due, revision, position);
      events.forEach((event, place) => folded.fold(event, news[place]!.id, recordedAt));
      this.loading.snapshotWhenDue(accountId, folded);
      return {
        appended: true,
        receipt: {
          accountId,
          revision,
          position,
          events: events.map(({ type }, place) => ({ id: news[place]!.id, type })),
          ...Object.fromEntries(events.flatMap((event) => Object.entries(filledIn(command, event)))),
        },
      };
    } catch (error) {
      if (error instanceof WrongExpectedRevision) return error;
      if (error instanceof AppendTooLarge) throw new EventTooLarge(error);
      if (error instanceof StoreUnavailable) this.observer?.appendRefused();
      throw error;
    }
  }
}

/** What is said when an append went well, and shows by its place that events before it are gone. */
function appendedBeyond(due: number, revision: number, position: Position): EventLogDamaged {
  return new EventLogDamaged(
    `events are missing in a stream: revision ${due} was to be appended, it became revision ${revision}, at position ${position}, and stays there`,
  );
}

/** What is said of a stream that is not where reading it ends, however often it is read. */
function goneFrom({ account }: FoldedAccount, { actual }: WrongExpectedRevision): EventLogDamaged {
  const at = actual === 'no_stream' ? 'the store has none' : `the store has it at revision ${actual}`;
  const read = account.revision < 0 ? 'no event' : `the events to revision ${account.revision}`;
  return new EventLogDamaged(`events are missing in a stream: ${at}, reading it gives ${read}`);
}

/** What the command came to the first time: every command leads to one event. */
function repetition(
  command: AccountCommand,
  { revision }: EntryRef,
  recalled: Map<string, Recalled>,
): Outcome {
  const first = [...recalled.values()].find((recorded) => recorded.revision === revision);
  if (!first) throw new Error(`the event at revision ${revision} was not recalled`);
  const { id, event, position } = first;
  return {
    appended: false,
    receipt: {
      accountId: command.accountId,
      revision,
      position,
      events: [{ id, type: event.type }],
      ...filledIn(command, event),
    },
  };
}

/** Refusals that say more than "you looked at another revision": the sender's condition does not come before them. */
const BEFORE_CONDITION: readonly RejectionCode[] = [
  'validation_failed',
  'account_not_found',
  'id_already_used',
];

function refusalOf(
  decision: Decision,
  account: Account,
  command: AccountCommand,
  { ifRevision }: Sender,
): CommandRejected | RevisionMismatch | undefined {
  const rejected = 'rejected' in decision ? new CommandRejected(decision.rejected) : undefined;
  if (rejected && BEFORE_CONDITION.includes(rejected.rejection.code)) return rejected;
  const meetsCondition =
    ifRevision === undefined || (ifRevision === 'any' ? isOpened(account) : ifRevision === account.revision);
  if (!meetsCondition) return new RevisionMismatch(command.accountId, account.revision);
  return rejected;
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

/** Waits longer from attempt to attempt, each process another while, so that they do not meet again. */
async function pause(attempt: number): Promise<void> {
  const bound = Math.min(2 ** attempt, PAUSE_MS_MAX);
  await setTimeout(Math.random() * bound);
}
