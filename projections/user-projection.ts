import type { RecordedEvent } from '../src/ledger/recorded-event.js';
import { type Tables, foldChanges } from './fold-changes.js';
import type { Projection } from './projection.js';

/**
 * An event as EventStoreDB hands it to a user projection that follows a category. Its `body` and `metadata` are left
 * alone: where they hold no object, looking at them throws past every `catch` and stops the projection.
 */
export interface CategoryEvent {
  streamId: string;
  /** Revision in its own stream. */
  sequenceNumber: number;
  eventId: string;
  eventType: string;
  isJson: boolean;
  bodyRaw: string | null;
  metadataRaw: string | null;
  /** Metadata of the link in the category's stream: `$c` is the event's own place in the whole log. */
  linkMetadataRaw: string | null;
}

/** What the codec reads: `StoredEvent` of the port, which no fold may know. */
interface StoredEvent {
  stream: string;
  revision: number;
  position: string;
  id: string;
  type: string;
  data: unknown;
  metadata: Record<string, unknown>;
}

/** The state of one account inside EventStoreDB: plain JSON, amounts as decimal strings. */
export interface AccountState {
  /** As `foldChanges` makes them; a table that no event has touched is not there. */
  tables: Tables;
  /** Revisions of events that could not be read or folded: the tables are then not to be trusted. */
  unreadable: number[];
}

/**
 * The handlers of a projection as a user projection of EventStoreDB, for
 * `fromCategory('account').foreachStream().when(…)`. No event stops it by what it holds; one that takes longer than the
 * server gives a script does (250 ms, by `--projection-execution-timeout`). The server itself keeps one kind of event
 * from it that the projector marks: one without any data.
 *
 * @param decode the codec's
 */
export function userProjection(
  projection: Projection,
  decode: (stored: StoredEvent) => RecordedEvent,
): { $init: () => AccountState; $any: (state: AccountState, event: CategoryEvent) => AccountState } {
  return {
    $init: () => ({ tables: {}, unreadable: [] }),
    $any: (state, event) => {
      try {
        foldChanges(projection, state.tables, decode(storedEventOf(event)));
      } catch {
        state.unreadable.push(event.sequenceNumber);
      }
      return state;
    },
  };
}

function storedEventOf(event: CategoryEvent): StoredEvent {
  return {
    stream: event.streamId,
    revision: event.sequenceNumber,
    position: positionOf(event),
    id: event.eventId,
    type: event.eventType,
    data: event.isJson ? parsed(event.bodyRaw) : undefined,
    metadata: parsed(event.metadataRaw) as StoredEvent['metadata'],
  };
}

function positionOf({ linkMetadataRaw }: CategoryEvent): string {
  const { $c: commit } = parsed(linkMetadataRaw) as { $c?: unknown };
  if (typeof commit !== 'number') throw new TypeError('the link does not say where its event stands');
  return String(commit);
}

function parsed(text: string | null): unknown {
  return JSON.parse(text ?? 'null');
}
