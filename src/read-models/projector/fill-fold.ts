import { setImmediate } from 'node:timers/promises';
import type { Projection, Table } from '../../../projections/projection.js';
import type { DeadLetter } from './dead-letters.js';
import { BatchFold, type FoldedProjections, type FoldedTable } from './fold-batch.js';
import { type RowsAsText, rowsAsText } from './rows-as-text.js';
import { type Item, foldInto } from './step.js';

/** So many parts of rows that were kept are given with a batch of those that are added: the database has time for them. */
const PARTS_WITH_A_BATCH = 2;

/** What is written in one transaction while empty tables are filled. */
export interface FillPart {
  rows: RowsAsText;
  dead: readonly DeadLetter[];
  /** Events whose rows have all been given with it, or are kept. */
  events: number;
}

export interface FillOptions {
  /** Events folded before what they add is given. */
  batchSize: number;
  /** Rows kept before they are given. */
  rowsKeptMax: number;
  /** Of these, so many are given at once. */
  rowsAPart: number;
}

/**
 * Folds events for tables that are empty at first and that nobody reads until they are filled. Rows that are only ever
 * added are given batch by batch; those that are made or changed are kept, since later events change most of them again,
 * and given when there are many, and at the end: by COPY the first time, when none of them can be there yet. Given a few
 * at a time, they are written while later events are folded.
 */
export class FillFold {
  readonly #options: FillOptions;
  readonly #filled = new Set<Table>();
  readonly #fold: BatchFold;
  #dead: DeadLetter[] = [];
  #events = 0;
  /** Rows on their way out; they are out before the next ones are taken. */
  #leaving: (() => RowsAsText)[] = [];

  constructor(projections: readonly Projection[], options: FillOptions) {
    this.#options = options;
    this.#fold = new BatchFold(projections);
  }

  /** What is to be written after some events, part by part; everything that is kept after the last ones. */
  async *partsOf(items: readonly Item[], isLast: boolean): AsyncGenerator<FillPart> {
    const { dead } = await foldInto(this.#fold, items);
    this.#dead.push(...dead);
    this.#events += items.length;
    if (!isLast && this.#events < this.#options.batchSize) return;
    yield this.#takeAdded();
    if (isLast || this.#fold.rowsChanged >= this.#options.rowsKeptMax) {
      yield* this.#leave(Infinity);
      this.#takeChanged();
    }
    yield* this.#leave(isLast ? Infinity : PARTS_WITH_A_BATCH);
  }

  #takeAdded(): FillPart {
    const part = { rows: rowsAsText(this.#fold.takeAdded()), dead: this.#dead, events: this.#events };
    this.#dead = [];
    this.#events = 0;
    return part;
  }

  #takeChanged(): void {
    const changed = this.#fold.takeChanged();
    const filled = new Set(this.#filled);
    for (const part of inParts(changed, this.#options.rowsAPart)) {
      this.#leaving.push(() => rowsAsText(part, (table) => !filled.has(table)));
    }
    for (const tables of changed.values()) for (const { table } of tables) this.#filled.add(table);
  }

  async *#leave(partsMax: number): AsyncGenerator<FillPart> {
    for (const rows of this.#leaving.splice(0, partsMax)) {
      await setImmediate();
      yield { rows: rows(), dead: [], events: 0 };
    }
  }
}

/** The same rows, in parts of no more than so many. */
function* inParts(
  folded: ReadonlyMap<string, readonly FoldedTable[]>,
  rowsAPart: number,
): Generator<FoldedProjections> {
  let part = new Map<string, FoldedTable[]>();
  let room = rowsAPart;
  for (const [name, tables] of folded) {
    for (const { table, rows } of tables) {
      for (let from = 0; from < rows.length;) {
        const some = rows.slice(from, from + room);
        part.set(name, [...(part.get(name) ?? []), { table, rows: some }]);
        from += some.length;
        room -= some.length;
        if (room > 0) continue;
        yield part;
        part = new Map();
        room = rowsAPart;
      }
    }
  }
  if (part.size > 0) yield part;
}
