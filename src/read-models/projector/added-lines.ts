import type { Change, Table } from '../../../projections/projection.js';
import { copyLine } from '../../database/copy-rows.js';

/**
 * The rows that a batch adds to a table, none of which is there yet: each is the line of a COPY as soon as it is folded,
 * so that what it was made of is not kept until the batch is written.
 */
export class AddedLines {
  readonly lines: string[] = [];
  /** Every row of a table has a running sum, or none has. */
  running: { column: string; of: { partition: string; amount: string }[] } | undefined;
  #columnsSet: readonly string[] | undefined;

  constructor(readonly table: Table) {}

  get isEmpty(): boolean {
    return this.lines.length === 0;
  }

  /** What the lines have in their order, and last what they still lack: a sum that goes on from what the table holds. */
  get columns(): readonly string[] {
    const given = [...this.table.key, ...(this.#columnsSet ?? [])];
    return this.running ? [...given, this.running.column] : given;
  }

  add({ key, set = {}, running }: Change): void {
    const { table } = this;
    this.#columnsSet ??= Object.keys(table.columns).filter(
      (column) => !table.key.includes(column) && column !== running?.column,
    );
    const cells = table.key.map((column) => key[column]);
    for (const column of this.#columnsSet) cells.push(set[column]);
    this.lines.push(copyLine(cells));
    if (!running) return;
    this.running ??= { column: running.column, of: [] };
    this.running.of.push({ partition: String(key[table.key[0]!]), amount: running.amount });
  }
}
