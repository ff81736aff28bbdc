import { setImmediate } from 'node:timers/promises';
import type { Projection, Table } from '../../../projections/projection.js';
import type { DeadLetter } from './dead-letters.js';
import { BatchFold, type FoldedProjections, type FoldedTable } from './fold-batch.js';
import { type RowsAsText, rowsAsText } from './rows-as-text.js';
import { type Item, foldInto } from './step.js';

/** More would keep other work of the process, and who reads from PGlite, waiting. */
const ROWS_A_PART = 5_000;

/** What is written in one transaction while empty tables are filled. */
export interface FillPart {
  rows: RowsAsText;
  dead: readonly DeadLetter[];
  /** Events whose rows have all been given with it, or are kept. */
  events: number;
}

/**
 * Folds batch after batch for tables that are empty at first and that nobody reads until they are filled. Rows that are
 * only ever added are given with each batch; those that are made or changed are kept, since later events change most of
 * them again, and given when there are many, and at the end: by COPY the first time, when none of them can be there yet.
 */
export class FillFold {
  readonly #rowsKeptMax: number;
  readonly #filled = new Set<Table>();
  readonly #fold: BatchFold;

  constructor(projections: readonly Projection[], rowsKeptMax: number) {
    this.#rowsKeptMax = rowsKeptMax;
    this.#fold = new BatchFold(projections);
  }

  /** What is to be written after a batch, part by part; everything that is kept after the last one. */
  async *partsOf(items: readonly Item[], isLast: boolean): AsyncGenerator<FillPart> {
    const { dead } = await foldInto(this.#fold, items);
    yield { rows: rowsAsText(this.#fold.takeAdded()), dead, events: items.length };
    if (!isLast && this.#fold.rowsChanged < this.#rowsKeptMax) return;
    const kept = this.#fold.takeChanged();
    for (const part of inParts(kept)) {
      await setImmediate();
      yield { rows: rowsAsText(part, (table) => !this.#filled.has(table)), dead: [], events: 0 };
    }
    for (const tables of kept.values()) for (const { table } of tables) this.#filled.add(table);
  }
}

/** The same rows, in parts of no more than so many. */
function* inParts(folded: ReadonlyMap<string, readonly FoldedTable[]>): Generator<FoldedProjections> {
  let part = new Map<string, FoldedTable[]>();
  let room = ROWS_A_PART;
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
        room = ROWS_A_PART;
      }
    }
  }
  if (part.size > 0) yield part;
}
