import { setImmediate } from 'node:timers/promises';
import type { Projection } from '../../../projections/projection.js';
import { UnreadableEvent, decodeAny, isOfLedger } from '../../event-store/codec.js';
import type { Position, StoredEvent } from '../../event-store/event-store.js';
import type { AnyRecordedEvent } from '../../ledger/recorded-event.js';
import { type DeadLetter, refusalOf } from './dead-letters.js';
import { BatchFold, FoldFailed } from './fold-batch.js';
import { type RowsAsText, rowsAsText } from './rows-as-text.js';

/** An event on its way into the tables: neither `recorded` nor `dead` when it is not of the ledger. */
export interface Item {
  stored: StoredEvent;
  recorded?: AnyRecordedEvent;
  dead?: DeadLetter;
}

/** Events to be written in one transaction, and where the log then stands. */
export interface Step {
  items: readonly Item[];
  to: Position;
}

export interface FoldedStep extends Step {
  rows: RowsAsText;
  dead: readonly DeadLetter[];
  recordedAt: string | undefined;
}

/** Other work of the process gets a turn after so many events. */
export const EVENTS_A_TURN = 200;

/** Decodes events; those that cannot be read are set aside, those of other streams passed over. */
export async function readItems(events: readonly StoredEvent[]): Promise<Item[]> {
  const items: Item[] = [];
  for (const stored of events) {
    items.push(readItem(stored));
    if (items.length % EVENTS_A_TURN === 0) await setImmediate();
  }
  return items;
}

function readItem(stored: StoredEvent): Item {
  if (!isOfLedger(stored.stream)) return { stored };
  try {
    return { stored, recorded: decodeAny(stored) };
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    return { stored, dead: { stored, reason: error.reason } };
  }
}

/** Folds the events of a step; one that a projection cannot take is set aside in all. */
export async function foldStep(projections: readonly Projection[], { items, to }: Step): Promise<FoldedStep> {
  const fold = new BatchFold(projections);
  const { dead, recordedAt } = await foldInto(fold, items);
  await setImmediate();
  return { items, to, rows: rowsAsText(fold.folded()), dead, recordedAt };
}

/** Folds events into what others have been folded into before, and tells which cannot be. */
export async function foldInto(
  fold: BatchFold,
  items: readonly Item[],
): Promise<Pick<FoldedStep, 'dead' | 'recordedAt'>> {
  const dead: DeadLetter[] = [];
  let recordedAt: string | undefined;
  for (const [i, { stored, recorded, dead: letter }] of items.entries()) {
    if (i > 0 && i % EVENTS_A_TURN === 0) await setImmediate();
    if (letter) dead.push(letter);
    if (!recorded) continue;
    recordedAt = recorded.recordedAt;
    try {
      fold.add(recorded);
    } catch (error) {
      if (!(error instanceof FoldFailed)) throw error;
      const name = error.cause instanceof Error ? error.cause.name : 'an error';
      dead.push({ stored, projection: error.projection, reason: `the projection failed on it: ${name}` });
    }
  }
  return { dead, recordedAt };
}

/**
 * Writes a step. When PostgreSQL refuses what is in it, its halves are written one after the other, down to the event
 * that is to blame, which is set aside. Each part is a transaction of its own that moves the checkpoint, so that no
 * event is passed over or written twice whatever happens in between.
 *
 * @param write writes a folded step in one transaction, or throws having written nothing
 */
export async function writeStep(
  projections: readonly Projection[],
  step: FoldedStep,
  write: (step: FoldedStep) => Promise<void>,
): Promise<void> {
  try {
    await write(step);
  } catch (error) {
    const reason = refusalOf(error);
    const { items, to } = step;
    const [only] = items;
    if (reason === undefined || only === undefined || (items.length === 1 && !only.recorded)) throw error;
    const parts: Step[] =
      items.length === 1
        ? [{ items: [{ stored: only.stored, dead: { stored: only.stored, reason } }], to }]
        : halvesOf(items, to);
    for (const part of parts) await writeStep(projections, await foldStep(projections, part), write);
  }
}

function halvesOf(items: readonly Item[], to: Position): Step[] {
  const middle = items.length >> 1;
  return [
    { items: items.slice(0, middle), to: items[middle - 1]!.stored.position },
    { items: items.slice(middle), to },
  ];
}
