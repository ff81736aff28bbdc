import { accountStream } from '../event-store/codec.js';
import { AppendTooLarge, type Position, WrongExpectedRevision } from '../event-store/event-store.js';
import { instantOf } from '../ledger/calendar.js';
import type { AccountCommand } from '../ledger/commands.js';
import type { Drafted } from '../ledger/draft.js';
import { eventIdOf } from './event-id.js';
import type { FoldedAccount } from './folded-account.js';
import { type NamedEvent, RecordingAppend, type RecordingAppendOptions } from './recording-append.js';
import { EventTooLarge } from './refusals.js';
import type { Sender } from './sender.js';

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
  private readonly appending: RecordingAppend;

  constructor(options: RecordingAppendOptions) {
    this.appending = new RecordingAppend(options);
  }

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
    const news = namedEventsOf(drafted);
    const { events, lastRecordedAt } = folded;
    try {
      const { revision, position, recordedAt } = await this.appending.append(
        {
          stream: accountStream(accountId),
          expected: events === 0 ? 'no_stream' : events - 1,
          lastRecordedAt,
        },
        news,
        sender,
      );
      return {
        revision,
        position,
        recordedAt: instantOf(recordedAt),
        events: news.map(({ id, event }) => ({ id, type: event.type })),
      };
    } catch (error) {
      if (error instanceof WrongExpectedRevision) return error;
      if (error instanceof AppendTooLarge) throw new EventTooLarge(error);
      throw error;
    }
  }
}

/** Events with their ids, by the place of each among those of its command: the same however commands are drawn together. */
function namedEventsOf(drafted: readonly Drafted[]): NamedEvent[] {
  const places = new Map<AccountCommand, number>();
  return drafted.map(({ command, event }) => {
    const place = places.get(command) ?? 0;
    places.set(command, place + 1);
    const text = JSON.stringify(event.data);
    return { id: eventIdOf(command, place, event, text), event, text };
  });
}
