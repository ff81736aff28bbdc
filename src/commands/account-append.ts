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
import type { AccountCommand } from '../ledger/commands.js';
import type { Drafted } from '../ledger/draft.js';
import type { ClockGuard } from './clock-guard.js';
import { eventIdOf } from './event-id.js';
import type { FoldedAccount } from './folded-account.js';
import { EventTooLarge } from './refusals.js';
import type { Sender } from './sender.js';

/** What is told about appends, for metrics. */
export interface AppendObserver {
  appended(seconds: number): void;
  /** The store was away, full or too slow. */
  appendRefused(): void;
}

export interface AccountAppendOptions {
  store: EventStore;
  clock: Clock;
  /** Left out, the clock is believed. */
  clockGuard?: ClockGuard | undefined;
  observer?: AppendObserver | undefined;
}

/** What was appended to an account. */
export interface Appended {
  /** Of the last of the events. */
  revision: number;
  position: Position;
  recordedAt: string;
  /** In the order in which they were given. */
  events: { id: string; type: string }[];
}

/** Appends to the streams of accounts: with ids that follow from the commands, and the instant of recording. */
export class AccountAppend {
  constructor(private readonly options: AccountAppendOptions) {}

  /**
   * Appends events to an account, all or none, after those that the log is known to have. Leaves the folded account as
   * it is: whether the events are folded already is the caller's to know.
   *
   * @param drafted at least one event, each with its command; the events of one command stand in their order
   * @returns the refusal of the store when the stream has moved on
   * @throws ClockOutOfStep when nothing may be recorded by this process's clock
   * @throws EventTooLarge when the store takes no append of that size
   * @throws EventLogDamaged when the append shows that events of the stream are missing
   * @throws StoreUnavailable when the store is away; the events may or may not have been kept, repeating is safe
   */
  async append(
    accountId: string,
    folded: FoldedAccount,
    drafted: readonly Drafted[],
    sender: Sender,
  ): Promise<Appended | WrongExpectedRevision> {
    const { store, clock, clockGuard, observer } = this.options;
    const { events: before, lastRecordedAt } = folded;
    const now = (await clockGuard?.recordingInstant(lastRecordedAt)) ?? clock.now();
    const recordedAt = new Date(Math.max(now.getTime(), lastRecordedAt)).toISOString();
    const metadata: EventMetadata = {
      recordedAt,
      ...(sender.actor === undefined ? {} : { actor: sender.actor }),
      ...(sender.correlationId === undefined ? {} : { $correlationId: sender.correlationId }),
    };
    const ids = idsOf(drafted);
    const news = drafted.map(({ event }, i) => ({ id: ids[i]!, ...encode(event), metadata }));
    const started = performance.now();
    try {
      const expected = before === 0 ? 'no_stream' : before - 1;
      const { revision, position } = await store.append(accountStream(accountId), expected, news);
      observer?.appended((performance.now() - started) / 1000);
      const due = before + drafted.length - 1;
      // A stream that was deleted takes a first event again, at the revision after those that are gone.
      if (revision !== due) throw appendedBeyond(due, revision, position);
      const events = drafted.map(({ event }, i) => ({ id: ids[i]!, type: event.type }));
      return { revision, position, recordedAt, events };
    } catch (error) {
      if (error instanceof WrongExpectedRevision) return error;
      if (error instanceof AppendTooLarge) throw new EventTooLarge(error);
      if (error instanceof StoreUnavailable) observer?.appendRefused();
      throw error;
    }
  }
}

/** The ids of events, by the place of each among those of its command: the same however commands are drawn together. */
function idsOf(drafted: readonly Drafted[]): string[] {
  const places = new Map<AccountCommand, number>();
  return drafted.map(({ command, event }) => {
    const place = places.get(command) ?? 0;
    places.set(command, place + 1);
    return eventIdOf(command, place, event);
  });
}

/** What is said when an append went well, and shows by its place that events before it are gone. */
function appendedBeyond(due: number, revision: number, position: Position): EventLogDamaged {
  return new EventLogDamaged(
    `events are missing in a stream: revision ${due} was to be appended, it became revision ${revision}, at position ${position}, and stays there`,
  );
}
