import { isOfLedger } from '../event-store/codec.js';
import {
  AppendTooLarge,
  EventLogDamaged,
  type EventMetadata,
  type EventStore,
  type NewEvent,
  type Position,
  type StoredEvent,
  WrongExpectedRevision,
} from '../event-store/event-store.js';
import { differingParts, eventText } from './event-text.js';
import { Patience } from './patience.js';
import { EventNotCopied, TargetNotACopy, TargetWrittenByOthers, whichEvent } from './refusals.js';
import { sideBySide } from './side-by-side.js';
import { wholeLog } from './whole-log.js';

/** One append takes at most so much, well below the 1 MiB that EventStoreDB takes unless it is told otherwise. */
const APPEND_EVENTS_MAX = 200;
const APPEND_BYTES_MAX = 256 * 1024;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface CopyCounts {
  copied: number;
  /** Events that an earlier run had copied. */
  alreadyThere: number;
}

export interface CopyOptions {
  signal: AbortSignal;
  /** Hears how far it is, and where that is in the source. */
  onProgress?: (counts: Readonly<CopyCounts>, position: Position) => void;
}

/**
 * Copies every event from one log to another that is empty, or holds what an earlier run copied: under the same stream,
 * revision and id, with its type, data and metadata.
 *
 * One append after the other, so that the order of the whole log is kept: journal, export and everything that goes by
 * positions is then the same on both. So what is there at any moment is the beginning of the source, and a run that was
 * cut off is gone on with by comparing the two from the first event on. Neighbours of one stream go into one append,
 * which nobody can see afterwards.
 *
 * @throws TargetNotACopy when the target holds anything else; nothing was written then
 * @throws TargetWrittenByOthers, EventNotCopied
 * @throws EventLogDamaged when events are missing in the source
 * @throws StoreUnavailable when a store stays away; what was copied is kept
 */
export async function copyLog(
  source: EventStore,
  target: EventStore,
  { signal, onProgress = () => undefined }: CopyOptions,
): Promise<CopyCounts> {
  const counts: CopyCounts = { copied: 0, alreadyThere: 0 };
  const append = async (run: Run): Promise<void> => {
    if (run.events.length === 0) return;
    await appendRun(target, run.events, signal);
    counts.copied += run.events.length;
    onProgress(counts, run.events.at(-1)!.position);
  };
  let run = new Run();
  for await (const [event, there] of sideBySide(wholeLog(source, signal), wholeLog(target, signal), signal)) {
    if (event === undefined) {
      throw new TargetNotACopy(`it goes on where this ledger ends, with ${whichEvent(there!)}`);
    }
    if (there !== undefined) {
      const parts = differingParts(event, there);
      if (parts.length > 0) {
        throw new TargetNotACopy(
          `in place of ${whichEvent(event)} it has one with another ${parts.join(', ')}`,
        );
      }
      counts.alreadyThere += 1;
      onProgress(counts, event.position);
      continue;
    }
    requireFit(event);
    if (!run.takes(event)) {
      await append(run);
      run = new Run();
    }
    run.add(event);
  }
  await append(run);
  return counts;
}

/** Neighbours in the log that are of one stream. */
class Run {
  readonly events: StoredEvent[] = [];
  #bytes = 0;

  takes(event: StoredEvent): boolean {
    const last = this.events.at(-1);
    if (last === undefined) return true;
    return (
      last.stream === event.stream &&
      last.revision + 1 === event.revision &&
      this.events.length < APPEND_EVENTS_MAX &&
      this.#bytes + bytesOf(event) <= APPEND_BYTES_MAX
    );
  }

  add(event: StoredEvent): void {
    this.events.push(event);
    this.#bytes += bytesOf(event);
  }
}

function bytesOf(event: StoredEvent): number {
  return Buffer.byteLength(eventText(event));
}

function requireFit(event: StoredEvent): void {
  if (!isOfLedger(event.stream)) {
    throw new EventNotCopied(
      event,
      'its stream is of no account and of nothing beside the accounts, and so no part of a ledger',
    );
  }
  if (!UUID.test(event.id)) throw new EventNotCopied(event, 'its id is no UUID in small letters');
  if (event.data === undefined) throw new EventNotCopied(event, 'its data are no JSON');
}

/** Appends until it is there: the same ids at the same revision count once. */
async function appendRun(
  target: EventStore,
  events: readonly StoredEvent[],
  signal: AbortSignal,
): Promise<void> {
  const { stream, revision } = events[0]!;
  const expected = revision === 0 ? 'no_stream' : revision - 1;
  const patience = new Patience(signal);
  for (;;) {
    signal.throwIfAborted();
    try {
      await target.append(stream, expected, events.map(asNew));
      return;
    } catch (error) {
      if (error instanceof AppendTooLarge && events.length > 1) {
        const half = events.length >> 1;
        await appendRun(target, events.slice(0, half), signal);
        await appendRun(target, events.slice(half), signal);
        return;
      }
      if (error instanceof AppendTooLarge || error instanceof TypeError) {
        throw new EventNotCopied(events[0]!, error.message, { cause: error });
      }
      if (error instanceof WrongExpectedRevision) throw wrongRevision(events[0]!, error);
      await patience.wait(error);
    }
  }
}

/** The metadata of what others wrote may lack anything. */
function asNew({ id, type, data, metadata }: StoredEvent): NewEvent {
  return { id, type, data, metadata: metadata as EventMetadata };
}

function wrongRevision(event: StoredEvent, { actual }: WrongExpectedRevision): Error {
  const last = actual === 'no_stream' ? -1 : actual;
  if (last >= event.revision) return new TargetWrittenByOthers(event);
  const upTo = last === -1 ? 'its stream is empty' : `its stream ends at revision ${last}`;
  return new EventLogDamaged(`events are missing in the source: before ${whichEvent(event)} ${upTo}`);
}
