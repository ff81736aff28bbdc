/*
 * One table of all speeds, ours beside the limits of this machine, taken in the same run:
 *
 *   npm run bench [-- --only a,c] [--quick] [--large] [--markdown] [--json FILE]
 *
 * Rows a to g are those of issue 6; h and i are payers' remittances. Lines come on standard error as they are known, the
 * whole table on standard output at the end. Every measure has a process of its own, so that the peak of memory is its
 * own. BENCH_FOLDER is where logs and databases are written, the temporary folder if it is not set; EVENTSTORE_URL names
 * an EventStoreDB to take row a on too; PostgreSQL is the one that tests use. Memory is that of our process: a PostgreSQL
 * or EventStoreDB beside it has its own.
 */
import { runTable } from './run-table.js';

await runTable(
  'bench',
  ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'],
  'row f at five million journal lines too',
);
