import { parse as uuidBytes } from 'uuid';
import { RecordingAppend, type RecordingAppendOptions } from '../../commands/recording-append.js';
import type { Sender } from '../../commands/sender.js';
import type { AppendResult, ExpectedRevision } from '../../event-store/event-store.js';
import type { RemittanceEvent } from '../../ledger/remittance-events.js';
import { nameUuid } from '../../name-uuid.js';

const NAMESPACE = uuidBytes('0d9a0a52-2d0a-5f5b-9f6e-6c1f3f1d7b42');

/** An event for a stream beside the accounts. */
export interface KeyedEvent {
  /** What it is of within its stream, wherever in it it comes to stand: `received`, `claim 7`, `plb 2`. */
  key: string;
  event: RemittanceEvent;
}

/** Where an append left its stream. */
export interface StreamAppend extends AppendResult {
  /** When its events were recorded, in ms since 1970: to be given as `lastRecordedAt` next time. */
  recordedAt: number;
  /** Of its events, in their order. */
  ids: string[];
}

/** Appends to the streams beside the accounts: remittances, control accounts, deposits. */
export class StreamWriter {
  readonly #appending: RecordingAppend;

  constructor(options: RecordingAppendOptions) {
    this.#appending = new RecordingAppend(options);
  }

  /**
   * Appends events to a stream, all or none. The id of an event follows from stream, key and content, so that repeating
   * an append at the same revision appends nothing, and another content never passes for what was kept.
   *
   * @param expected revision of the last event that the caller has seen in the stream
   * @param lastRecordedAt when that one was recorded, in ms since 1970; 0 for a stream without events
   * @param events at least one
   * @throws WrongExpectedRevision when the stream has moved on: read on, and decide anew
   * @throws AppendTooLarge when the store takes no append of that size
   * @throws ClockOutOfStep when nothing may be recorded by this process's clock
   * @throws EventLogDamaged when the append shows that events of the stream are missing
   * @throws StoreUnavailable when the store is away; the events may or may not have been kept, repeating is safe
   */
  async append(
    stream: string,
    expected: ExpectedRevision,
    lastRecordedAt: number,
    events: readonly KeyedEvent[],
    sender: Sender = {},
  ): Promise<StreamAppend> {
    const news = events.map(({ key, event }) => {
      const text = JSON.stringify(event.data);
      return { id: eventIdOf(stream, key, event.type, text), event, text };
    });
    const appended = await this.#appending.append({ stream, expected, lastRecordedAt }, news, sender);
    return { ...appended, ids: news.map(({ id }) => id) };
  }
}

/** @param text the content as JSON */
function eventIdOf(stream: string, key: string, type: RemittanceEvent['type'], text: string): string {
  return nameUuid(NAMESPACE, [stream, key, type, text].join('\n'));
}
