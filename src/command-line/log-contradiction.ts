import { UnreadableEvent } from '../event-store/codec.js';
import type { Position, StoredEvent } from '../event-store/event-store.js';
import { ZERO, money } from '../ledger/money.js';
import type { JournalLine } from '../ledger/movements.js';
import type { AnyRecordedEvent } from '../ledger/recorded-event.js';

/** Something in the log that contradicts the rules. */
export interface LogContradiction {
  check: 'log' | 'unreadable_event';
  /** Where it is about an account. */
  accountId?: string;
  /** Where it is about a remittance, a control account or a deposit. */
  stream?: string;
  position?: Position;
  text: string;
}

/** What a contradiction is about. */
export type Subject = { accountId: string } | { stream: string };

/** What is known of a stream while the log is read. */
export interface KnownStream {
  /** Revision of the last event seen; -1 before the first. */
  revision: number;
  /** Events are missing, and that has been said. */
  isIncomplete: boolean;
  /** Every event of it could be read. */
  isReadable: boolean;
}

/** A stream before its first event. */
export function unseenStream(): KnownStream {
  return { revision: -1, isIncomplete: false, isReadable: true };
}

/** What EventStoreDB writes as the last event of a stream that is deleted for good. */
const STREAM_DELETED = '$streamDeleted';

/**
 * Notes that the next event of a stream was seen in the log.
 *
 * @returns that events are missing before it, or that it says that the stream is gone
 */
export function missingBefore(
  subject: Subject,
  known: KnownStream,
  { type, revision, position }: StoredEvent,
): LogContradiction | undefined {
  if (type === STREAM_DELETED) {
    known.isIncomplete = true;
    return contradiction(subject, `its stream was deleted at position ${position}`, position);
  }
  const next = known.revision + 1;
  known.revision = Math.max(revision, known.revision);
  if (revision === next) return undefined;
  known.isIncomplete = true;
  return contradiction(subject, `${gapIn(next, revision)} at position ${position}`, position);
}

/** Whether this is no event of the ledger but the store's own mark at the end of a stream. */
export function isEndOfStream({ type }: StoredEvent): boolean {
  return type === STREAM_DELETED;
}

/** Says of a stream as a whole what is wrong. */
export function contradiction(subject: Subject, what: string, position?: Position): LogContradiction {
  return {
    check: 'log',
    ...subject,
    ...(position === undefined ? {} : { position }),
    text: `${nameOf(subject)}: ${what}`,
  };
}

/** Says what is wrong with one event. */
export function faulty(
  subject: Subject,
  { event, position }: AnyRecordedEvent,
  fault: string,
): LogContradiction {
  const text = `event ${position} (${event.type}) of ${nameOf(subject)} ${fault}`;
  return { check: 'log', ...subject, position, text };
}

/** Says that an event cannot be read. */
export function unreadableIn(subject: Subject, { stored, reason }: UnreadableEvent): LogContradiction {
  const { position } = stored;
  const text = `event ${position} of ${nameOf(subject)} cannot be read: ${reason}`;
  return { check: 'unreadable_event', ...subject, position, text };
}

/** Says which revisions are not there where another one than the next one was found. */
export function gapIn(next: number, found: number): string {
  if (found < next) return `revision ${found} comes after revision ${next - 1}`;
  return found === next + 1 ? `revision ${next} is missing` : `revisions ${next} to ${found - 1} are missing`;
}

/** An event as read, or why it cannot be. */
export function readOrWhy<T>(stored: StoredEvent, decode: (stored: StoredEvent) => T): T | UnreadableEvent {
  try {
    return decode(stored);
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    return error;
  }
}

function nameOf(subject: Subject): string {
  return 'accountId' in subject ? `account ${subject.accountId}` : subject.stream;
}

/** Says of the lines of an event that they do not come to nothing. */
export function* unbalanced(lines: readonly JournalLine[]): Generator<string> {
  let sum = ZERO;
  for (const { debit, credit } of lines) {
    sum = debit === undefined ? sum.minus(money(credit!)) : sum.plus(money(debit));
  }
  if (!sum.isZero()) yield `does not balance: debits less credits are ${sum.toFixed()}`;
}
